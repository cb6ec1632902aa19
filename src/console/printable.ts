import { printable as escaped } from "../policy/printable.ts";

/** Text from machines and files made safe to print, whole: no name or output can drive a terminal. */
export function printable(text: string): string {
	return escaped(text, Number.POSITIVE_INFINITY);
}

/** The same for output of several lines: newline and tab stay. */
export function printableLines(text: string): string {
	return text
		.split(/([\n\t])/)
		.map((part, index) => (index % 2 === 1 ? part : printable(part)))
		.join("");
}
