import { z } from "zod";
import type { ErrorCode } from "../model/error-codes.ts";
import { expects } from "./expectation.ts";
import { nearest } from "./nearest.ts";

/** A YAML mapping that refuses keys it does not know, naming the nearest known one; `x-*` is the author's own. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, expected?: string) {
	const known = Object.keys(shape);
	const refuseUnknownKeys = z.superRefine<object>(
		(value, context) => {
			for (const key of Object.keys(value)) {
				if (known.includes(key) || key.startsWith("x-")) continue;
				const meant = nearest(key, known);
				const message = expects(meant ? `"${meant}"` : `one of ${known.join(", ")}`, "FS-POLICY-KEY");
				context.addIssue({
					code: "custom",
					path: [key],
					message,
					params: { unknownKey: true, meant } satisfies UnknownKey,
				});
			}
		},
		{ when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value) },
	);
	return z.looseObject(shape, expected).check(refuseUnknownKeys);
}

export interface Fault {
	/** From the value that the rule is about. */
	readonly path: readonly (string | number)[];
	readonly expected: string;
	readonly code: ErrorCode;
}

/**
 * A rule over several fields. It speaks beside the problems of other fields, but not while one of its own `keys` is
 * broken or misspelt: then it would only echo that problem.
 */
export function rule<Value>(keys: readonly string[], faultsOf: (value: Value) => readonly Fault[]) {
	return z.superRefine<Value>(
		(value, context) => {
			for (const { path, expected, code } of faultsOf(value))
				context.addIssue({ code: "custom", path: [...path], message: expects(expected, code) });
		},
		{ when: ({ issues }) => !issues.some((issue) => spoils(issue, keys)) },
	);
}

function spoils(issue: z.core.$ZodRawIssue, keys: readonly string[]): boolean {
	const path = issue.path ?? [];
	const unknown = unknownKey(issue);
	if (unknown) return unknown.meant === null || keys.includes(unknown.meant);
	return path.every((segment) => typeof segment === "number") || path.some((segment) => keys.includes(String(segment)));
}

interface UnknownKey {
	readonly unknownKey: true;
	/** The known key nearest to it. */
	readonly meant: string | null;
}

/** What `mapping` said of a key that it does not know, if the issue is one of those. */
export function unknownKey(issue: { readonly code?: string; readonly params?: unknown }): UnknownKey | null {
	const params = issue.code === "custom" ? issue.params : null;
	return typeof params === "object" && params !== null && "unknownKey" in params ? (params as UnknownKey) : null;
}

/** No two of the list may have one name. */
export const namesDiffer = rule<readonly { readonly name: string }[]>(["name"], (items) => {
	const seen = new Set<string>();
	return items.flatMap(({ name }, index) => {
		const isTwin = seen.has(name);
		seen.add(name);
		return isTwin ? [{ path: [index, "name"], expected: "a name that no other has", code: "FS-POLICY-DUPLICATE" }] : [];
	});
});
