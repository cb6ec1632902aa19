import type { AuditLine } from "../cockpit.ts";
import { printableJson, printableLines } from "../printable.ts";

const COLUMNS: readonly (keyof AuditLine)[] = [
	"seq",
	"at",
	"who",
	"act",
	"outcome",
	"policy",
	"revision",
	"package",
	"sha256",
	"machine",
	"rollout",
	"attempt",
	"exit_code",
	"detection_before",
	"detection_after",
	"detail",
	"hash",
];

/** The audit as a file: an object on each line (JSON Lines), or a table with a head (RFC 4180). */
export async function* exported(
	pages: AsyncIterable<readonly AuditLine[]>,
	format: "jsonl" | "csv",
): AsyncGenerator<string> {
	if (format === "csv") yield `${COLUMNS.join(",")}\r\n`;
	const text = format === "csv" ? csvRow : (line: AuditLine) => `${printableJson(line)}\n`;
	for await (const lines of pages) yield lines.map(text).join("");
}

function csvRow(line: AuditLine): string {
	return `${COLUMNS.map((column) => csvCell(line[column])).join(",")}\r\n`;
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it, and what is invisible is written out: machines choose some of it. */
function csvCell(value: string | number | null): string {
	if (value === null) return "";
	if (typeof value === "number") return String(value);
	const shown = printableLines(value);
	const safe = /^[=+\-@\t\r]/.test(value) ? `'${shown}` : shown;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
