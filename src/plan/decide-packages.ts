import type { Fleet } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import { type Step, stepKey } from "../model/step.ts";
import { backOffMs } from "./back-off.ts";

/** A package is fetched as soon as a policy names it, so that a bad source is known long before the window opens. */
export function decidePackages(
	fleet: Fleet,
	packages: readonly PackageSpec[],
	now: number,
): { readonly steps: readonly Step[]; readonly wakes: readonly number[] } {
	const steps: Step[] = [];
	const wakes: number[] = [];
	for (const { sha256 } of packages.filter(({ state }) => state !== "absent")) {
		const state = fleet.packages.get(sha256);
		const failures = state?.kind === "retrying" ? state.failures : 0;
		const step = { kind: "acquire" as const, sha256, attempt: failures + 1 };
		if (state?.kind === "held" || state?.kind === "refused" || fleet.running.has(stepKey(step))) continue;
		const retryAt = state ? state.at + backOffMs(failures, sha256) : now;
		if (retryAt > now) wakes.push(retryAt);
		else steps.push(step);
	}
	return { steps, wakes };
}
