import type { AuditLine } from "../cockpit.ts";
import { printable, printableJson } from "../printable.ts";

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

/**
 * Where a spreadsheet begins a formula; in full width, too, which some take for the same. Where the decimal sign is a comma, it is a
 * semicolon that parts cells, and our quotes are no quotes.
 */
const FORMULA = /(^|;)([\s"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** Text that a spreadsheet would take for a formula gets an apostrophe before it, and what is invisible is written out: machines choose some of it. */
function csvCell(value: string | number | null): string {
	if (value === null) return "";
	if (typeof value === "number") return String(value);
	const safe = printable(value).replace(FORMULA, "$1$2'");
	return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
