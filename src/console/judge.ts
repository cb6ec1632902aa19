import type { OperatorEvent } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { NeededApproval } from "../plan/needed-approval.ts";
import { judgeApproval } from "./judge-approval.ts";
import { judgeExclusion } from "./judge-exclusion.ts";
import { judgePause } from "./judge-pause.ts";
import { judgeRetry } from "./judge-retry.ts";
import { judgeRollout } from "./judge-rollout.ts";
import type { Judgement } from "./judgement.ts";

interface Circumstances {
	readonly now: number;
	/** Whose approvals the policy's revision in force needs. */
	readonly neededFor: (policy: Policy) => NeededApproval | null;
}

/** Whether what a person wants can be done now: the event to record, if anything changes, or why not, in a clear sentence. */
export function judge(fleet: Fleet, order: OperatorEvent, { now, neededFor }: Circumstances): Judgement {
	switch (order.kind) {
		case "Paused":
		case "Resumed":
			return judgePause(fleet, order);
		case "PolicyApproved":
			return judgeApproval(fleet, order, neededFor);
		case "RingPromoted":
		case "RolloutAborted":
		case "RunRequested":
			return judgeRollout(fleet, order, now);
		case "MachineExcluded":
		case "MachineIncluded":
			return judgeExclusion(fleet, order);
		case "RetryRequested":
		case "PolicyRetryRequested":
		case "PackageRetryRequested":
			return judgeRetry(fleet, order, now);
	}
}
