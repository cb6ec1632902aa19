import type { Policy } from "../model/policy.ts";

interface Said {
	readonly text: string;
	readonly value: object;
}

/** What was last said of each part of a policy, by its name. */
const known = new WeakMap<Policy, Map<string, Said>>();

/** The very object that was given last if the two say the same, so that who compares by identity sees no change. Plain data. */
export function steady<Value extends object | null>(policy: Policy, part: string, value: Value): Value {
	if (value === null) return value;
	const parts = known.get(policy) ?? new Map<string, Said>();
	known.set(policy, parts);
	const text = JSON.stringify(value);
	const last = parts.get(part);
	if (last?.text === text) return last.value as Value & object;
	parts.set(part, { text, value });
	return value;
}
