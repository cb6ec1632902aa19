import Table from "cli-table3";
import { columnsOf } from "./columns-of.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { wrapped } from "./wrapped.ts";

const GAP = 2;
/** A column of sentences is not made narrower than this. */
const NARROWEST = 20;
const INDENT = "    ";

/**
 * A plain table without frames, whose cells wrap between words. On a terminal that is too narrow for it the last column stands below each
 * row, or all but the first do. Nothing is ever cut off: a fingerprint or name that is longer than the terminal is wide makes a line longer.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
	const safe = rows.map((row) => row.map(printable));
	for (const count of [head.length, head.length - 1]) {
		const widths = widthsOf([head, ...safe], { count, columns: style.columns });
		if (widths !== null) return withBelow({ head, rows: safe, widths }, style);
	}
	return withBelow({ head, rows: safe, widths: [style.columns] }, style);
}

interface Layout {
	readonly head: readonly string[];
	readonly rows: readonly (readonly string[])[];
	/** Of the columns that stand side by side; the others stand below. */
	readonly widths: readonly number[];
}

function withBelow({ head, rows, widths }: Layout, { columns }: Style): string {
	const count = widths.length;
	if (count === head.length) return grid([head, ...rows], widths);
	const below = (row: readonly string[]) =>
		row.slice(count).flatMap((cell, index) => {
			return cell === "" ? [] : wrapped(`${INDENT}${head[count + index]}: ${cell}`, columns);
		});
	const lines = rows.flatMap((row) => [grid([row.slice(0, count)], widths), ...below(row)]);
	return [grid([head.slice(0, count)], widths), ...lines].join("\n");
}

function grid(rows: readonly (readonly string[])[], widths: readonly number[]): string {
	const frameless = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
	const noLines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
	const made = new Table({
		colWidths: [...widths],
		wordWrap: true,
		chars: { ...frameless, ...noLines, right: "", "right-mid": "", middle: "" },
		style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
	});
	made.push(...rows.map((row) => [...row]));
	return made.toString().replace(/[ ]+$/gm, "");
}

/** Of the first columns; those of long texts share what the others leave. null: there is no room for them. */
function widthsOf(
	rows: readonly (readonly string[])[],
	{ count, columns }: { readonly count: number; readonly columns: number },
): readonly number[] | null {
	const all = Array.from({ length: count }, (_, column) => rows.map((row) => row[column] ?? ""));
	const whole = all.map((cells) => widest(cells) + GAP);
	const least = all.map((cells, column) => {
		const word = widest(cells.flatMap((cell) => cell.split(" "))) + GAP;
		return Math.max(word, Math.min(whole[column] ?? 0, NARROWEST));
	});
	// The gap after the last one may be beyond the edge.
	let spare = columns + GAP - sum(least);
	if (spare < 0) return null;
	const wants = whole.map((width, column) => ({ column, missing: width - (least[column] ?? 0) }));
	const widths = [...least];
	for (const [index, { column, missing }] of wants.sort((a, b) => a.missing - b.missing).entries()) {
		const given = Math.min(missing, Math.floor(spare / (count - index)));
		widths[column] = (widths[column] ?? 0) + given;
		spare -= given;
	}
	return widths;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, each) => total + each, 0);
}

function widest(texts: readonly string[]): number {
	let width = 0;
	for (const text of texts) width = Math.max(width, columnsOf(text));
	return width;
}

/** `[#########-----------]` */
export function bar(share: number, width = 20): string {
	const filled = Math.round(Math.max(0, Math.min(1, share)) * width);
	return `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`;
}
