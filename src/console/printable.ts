import { printable as escaped } from "../policy/printable.ts";

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

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

/** JSON on one line in which every invisible character is written as \uXXXX (RFC 8259 section 7): it parses to the same value. */
export function printableJson(value: unknown): string {
	const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return JSON.stringify(value).replace(INVISIBLE, (character) => character.split("").map(escapeUnit).join(""));
}
