import type { Policy } from "../model/policy.ts";
import { type Problem, readDocument } from "./document.ts";
import { policyDocument } from "./policy-document.ts";
import { toPolicy } from "./to-policy.ts";

/** The policy that the YAML text means, or every problem in it. `file` is only for the problems' own text. */
export function parsePolicy(
	text: string,
	file: string,
): { readonly policy: Policy } | { readonly problems: readonly Problem[] } {
	const read = readDocument(text, file, { schema: policyDocument });
	return "problems" in read ? read : { policy: toPolicy(read.value) };
}
