import { wrapped } from "./wrapped.ts";

/** Home the cursor; clear to the end of the line, of the screen (ECMA-48 CUP, EL, ED). */
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
/** Lines at the end that are shown whatever there is no room for: what it all comes to. */
const TAIL = 4;

type Stream = Pick<NodeJS.WriteStream, "write" | "rows" | "columns">;

/**
 * A terminal's whole screen, drawn anew in place. What was on it before is pushed up, where the terminal keeps it. Nothing has to be put
 * back at the end: the cursor stays below what was drawn, also when we are killed.
 */
export class Screen {
	readonly #stream: Stream;
	#isBegun = false;

	constructor(stream: Stream) {
		this.#stream = stream;
	}

	draw(text: string): void {
		const { rows = 24, columns = 80 } = this.#stream;
		const lines = fitted(text, { rows: rows - 1, columns });
		const before = this.#isBegun ? "" : "\n".repeat(rows);
		this.#isBegun = true;
		this.#stream.write(`${before}${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`);
	}
}

interface Size {
	readonly rows: number;
	readonly columns: number;
}

/** Lines that fit: long ones are wrapped between words, and one before the last says how many there was no room for. */
export function fitted(text: string, { rows, columns }: Size): readonly string[] {
	const lines = text.split("\n").flatMap((line) => wrapped(line, columns));
	if (lines.length <= rows) return lines;
	const head = lines.slice(0, Math.max(0, rows - 1 - TAIL));
	return [...head, `... ${lines.length - head.length - TAIL} more lines`, ...lines.slice(-TAIL)].slice(-rows);
}
