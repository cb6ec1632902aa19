/**
 * Text from machines and files made safe to print: control characters (C0, DEL, C1) and the ones that reorder text
 * (bidirectional controls, Unicode TR 9) are shown as escapes, so that no name or output can drive a terminal.
 */
export function printable(text: string): string {
	return text.replace(UNSAFE, escaped);
}

/** The same for output of several lines: newline and tab stay. */
export function printableLines(text: string): string {
	return text.replace(UNSAFE, (character) =>
		character === "\n" || character === "\t" ? character : escaped(character),
	);
}

const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;

function escaped(character: string): string {
	return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
