import Table from "cli-table3";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** A plain table without frames; the last column takes what the terminal leaves and wraps. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
	const safe = rows.map((row) => row.map(printable));
	const widths = head.map(
		(title, column) => Math.max(title.length, ...safe.map((row) => row[column]?.length ?? 0)) + 2,
	);
	const taken = widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
	const last = Math.max(20, Math.min(widths.at(-1) ?? 20, style.columns - taken));
	const frameless = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
	const noLines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
	const made = new Table({
		head: [...head],
		colWidths: [...widths.slice(0, -1), last],
		wordWrap: true,
		chars: { ...frameless, ...noLines, right: "", "right-mid": "", middle: "" },
		style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
	});
	made.push(...safe.map((row) => [...row]));
	return made.toString().replace(/[ ]+$/gm, "");
}

/** `[#########-----------]` */
export function bar(share: number, width = 20): string {
	const filled = Math.round(Math.max(0, Math.min(1, share)) * width);
	return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}
