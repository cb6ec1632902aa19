import type { Policy } from "../model/policy.ts";
import { withoutLogin } from "./without-login.ts";
import { writtenLeaves } from "./written-leaves.ts";

/** One key that differs. `path` as it is written: `rollout.rings[canary].success_threshold`; null: it is not there. */
export interface Difference {
	readonly path: string;
	readonly before: string | null;
	readonly after: string | null;
}

/** What a new revision changes, in the words of the file and in its order: first what is in the new one, then what it lost. */
export function comparePolicies(before: Policy, after: Policy): readonly Difference[] {
	const [old, young] = [writtenLeaves(before), writtenLeaves(after)];
	const changed = [...young].flatMap(([path, value]): Difference[] => {
		const was = old.get(path) ?? null;
		return was === value ? [] : [{ path, before: was, after: value }];
	});
	const gone = [...old].flatMap(([path, value]): Difference[] =>
		young.has(path) ? [] : [{ path, before: value, after: null }],
	);
	return [...changed, ...gone].map(shown);
}

/** Of a login that changes it is told that it did. */
function shown({ path, before, after }: Difference): Difference {
	return { path, before: before && withoutLogin(before), after: after && withoutLogin(after) };
}

/** `rollout.rings[canary].success_threshold: 100 -> 90` */
export function describeDifference({ path, before, after }: Difference): string {
	return `${path}: ${before ?? "(none)"} -> ${after ?? "(none)"}`;
}
