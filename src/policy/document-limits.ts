import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Lexer, Parser } from "yaml";

export const MAX_BYTES = 256 * 1024;
export const MAX_DEPTH = 64;

/** The text's size in UTF-8 when it is over the limit, else null. */
export function oversize(text: string): number | null {
	const bytes = text.length > MAX_BYTES ? text.length : utf8ToBytes(text).length;
	return bytes > MAX_BYTES ? bytes : null;
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
		if (parser.stack.length > MAX_DEPTH && collections(parser) > MAX_DEPTH) return parser.offset;
	}
	return null;
}

function collections({ stack }: Parser): number {
	return stack.filter(({ type }) => type === "block-map" || type === "block-seq" || type === "flow-collection").length;
}
