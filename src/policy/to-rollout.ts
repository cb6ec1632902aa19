import type { Ring, RolloutSpec } from "../model/policy.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { toSelector } from "./to-selector.ts";

type WrittenRollout = PolicyDocument["rollout"];
type WrittenRing = WrittenRollout["rings"][number];

export function toRollout(written: WrittenRollout): RolloutSpec {
	const { rings, max_concurrency, max_errors, max_fail_percentage, min_executed, on_failure } = written;
	const { progress_deadline, prestage_threshold } = written;
	return {
		rings: rings.map(toRing),
		maxConcurrency: max_concurrency,
		minExecuted: min_executed,
		onFailure: on_failure,
		...(max_errors === undefined ? {} : { maxErrors: max_errors }),
		...(max_fail_percentage === undefined ? {} : { maxFailPercentage: max_fail_percentage }),
		...(progress_deadline === undefined ? {} : { progressDeadlineMs: progress_deadline }),
		...(prestage_threshold === undefined ? {} : { prestageThreshold: prestage_threshold }),
	};
}

function toRing(written: WrittenRing): Ring {
	const { name, targets, target_percentage, max_concurrency, max_errors, max_fail_percentage } = written;
	return {
		name,
		members: toMembers(targets, target_percentage),
		successThreshold: written.success_threshold,
		minHealthyTimeMs: written.min_healthy_time,
		promote: written.promote,
		...(max_concurrency === undefined ? {} : { maxConcurrency: max_concurrency }),
		...(max_errors === undefined ? {} : { maxErrors: max_errors }),
		...(max_fail_percentage === undefined ? {} : { maxFailPercentage: max_fail_percentage }),
	};
}

function toMembers(targets: WrittenRing["targets"], percentage: number | undefined): Ring["members"] {
	if (targets) return { kind: "targets", targets: toSelector(targets) };
	return percentage === undefined ? { kind: "rest" } : { kind: "percentage", percentage };
}
