import Table from "cli-table3";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

const GAP = 2;
const NARROWEST = 20;

/**
 * A plain table without frames; the last column takes what the terminal leaves and wraps between words. Nothing is ever
 * cut off: a fingerprint or name that is longer than the terminal is wide makes the line longer.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
	const safe = rows.map((row) => row.map(printable));
	const widths = head.map((title, column) => widest([title, ...safe.map((row) => row[column] ?? "")]) + GAP);
	const taken = widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
	const longestWord = widest(safe.flatMap((row) => (row[head.length - 1] ?? "").split(" "))) + GAP;
	const last = Math.max(NARROWEST, longestWord, Math.min(widths.at(-1) ?? NARROWEST, style.columns - taken));
	const frameless = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
	const noLines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
	const made = new Table({
		head: [...head],
		colWidths: [...widths.slice(0, -1), last],
		wordWrap: true,
		chars: { ...frameless, ...noLines, right: "", "right-mid": "", middle: "" },
		style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
	});
	made.push(...safe.map((row) => [...row]));
	return made.toString().replace(/[ ]+$/gm, "");
}

function widest(texts: readonly string[]): number {
	let width = 0;
	for (const text of texts) width = Math.max(width, columnsOf(text));
	return width;
}

/** In terminal columns, rather too many than too few: from Hangul Jamo on a character may take two (UAX #11). */
export function columnsOf(text: string): number {
	return text.replace(/[\u1100-\u{10ffff}]/gu, "xx").length;
}

/** `[#########-----------]` */
export function bar(share: number, width = 20): string {
	const filled = Math.round(Math.max(0, Math.min(1, share)) * width);
	return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}
