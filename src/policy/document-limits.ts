import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type CST, Lexer, Parser } from "yaml";

export const MAX_DEPTH = 64;

export interface Limits {
	/** Of the text, in UTF-8. */
	readonly bytes: number;
	/** Of lists and mappings, in all. */
	readonly entries: number;
}

/** What people write by hand. */
export const BY_HAND: Limits = { bytes: 256 * 1024, entries: 32_768 };
/** A list with an entry for each machine of a large fleet: its keys are most of the text. */
export const PER_MACHINE: Limits = { bytes: 16 * 2 ** 20, entries: 400_000 };

/** The text's size in UTF-8 when it is over the limit, else null. */
export function oversize(text: string, most: number): number | null {
	const bytes = text.length > most ? text.length : utf8ToBytes(text).length;
	return bytes > most ? bytes : null;
}

/** Whether lists and mappings hold more entries than the limit in all, aliases counted where they are used. */
export function hasTooManyEntries(value: unknown, most: number): boolean {
	const open = [value];
	let entries = 0;
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (typeof next !== "object" || next === null) continue;
		const inner: readonly unknown[] = Object.values(next);
		entries += inner.length;
		if (entries > most) return true;
		for (const each of inner) open.push(each ?? null);
	}
	return false;
}

/**
 * The offset at which the text nests deeper than the limit, or null. What recurses, and ends the process on deep input, is
 * yaml's composer; this feeds only its tokens, one by one, to the stack machine before it, and stops at the first too many.
 * Counting indentation and brackets by hand does not do: `a: a: a:` nests on one line, in a block as in brackets.
 */
export function tooDeepAt(text: string): number | null {
	const parser = new Parser();
	for (const token of new Lexer().lex(text)) {
		Array.from(parser.next(token));
		if (levels(parser) > MAX_DEPTH) return parser.offset;
	}
	return null;
}

function levels({ stack }: Parser): number {
	// No token makes more than two levels.
	if (stack.length * 2 <= MAX_DEPTH) return 0;
	return stack.reduce((sum, token) => sum + levelsOf(token), 0);
}

function levelsOf(token: CST.Token): number {
	switch (token.type) {
		case "block-map":
		case "block-seq":
			return 1;
		case "flow-collection": {
			// A pair in a list, `[a: 1]`, is a mapping that has no token of its own.
			const isPairInList = token.start.type === "flow-seq-start" && token.items.at(-1)?.sep !== undefined;
			return isPairInList ? 2 : 1;
		}
		default:
			return 0;
	}
}
