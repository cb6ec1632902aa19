import type { ErrorCode } from "../model/error-codes.ts";

/**
 * What a field says of itself when it is broken: the words after "expected", with a code when the kind of the issue does
 * not give it. It travels as zod's message, so that the rule, its words and its code stand beside the field.
 */
export function expects(expected: string, code: ErrorCode): string {
	return `${expected} (${code})`;
}

export function readExpectation(message: string): { readonly expected: string; readonly code?: ErrorCode } {
	const parts = /^(.*) \((FS-[A-Z-]+)\)$/s.exec(message);
	return parts ? { expected: parts[1] ?? "", code: parts[2] as ErrorCode } : { expected: message };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
	string: "text",
	number: "a whole number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a mapping",
	record: "a mapping",
};

/** The words for a field that has none of its own. */
export function defaultExpectation(issue: { readonly code?: string; readonly expected?: unknown }): string {
	return TYPE_WORDS[String(issue.expected)] ?? "another value";
}
