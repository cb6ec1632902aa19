import { stripVTControlCharacters } from "node:util";
import { columnsOf } from "./columns-of.ts";

const HANGING = "    ";

/** One line as several that fit, broken between words; what follows the first stands further in. A word that is too long stays whole. */
export function wrapped(line: string, columns: number): readonly string[] {
	if (width(line) <= columns) return [line];
	const spaces = /^ */.exec(line)?.[0] ?? "";
	// What stands under a column of a table that is wider than the window would have no room there.
	if (spaces.length > Math.max(columns / 2, HANGING.length)) return wrapped(HANGING + line.trimStart(), columns);
	const indent = spaces + HANGING;
	const lines: string[] = [];
	let current = "";
	// Each with the spaces before it, which stay as they are within a line.
	for (const word of line.split(/(?<=\S)(?= )/)) {
		const longer = current + word;
		if (current === "" || width(longer) <= columns) {
			current = longer;
			continue;
		}
		lines.push(current);
		current = indent + word.trimStart();
	}
	return [...lines, current];
}

function width(text: string): number {
	return columnsOf(stripVTControlCharacters(text));
}
