import type { Fleet } from "../model/fleet.ts";
import type { Notice } from "../model/notice.ts";
import { describeReason } from "../plan/describe-held.ts";
import type { Held } from "../plan/held.ts";
import { countRollout, rostersOfRollouts } from "../plan/rollout-count.ts";

/** How things stand, where that is worth telling once: rollouts that came to their end, and those that brake by themselves. */
export function standingNotices(fleet: Fleet, held: readonly Held[], now: number): readonly Notice[] {
	return [...finished(fleet, now), ...braked(fleet, held, now)];
}

function finished(fleet: Fleet, now: number): readonly Notice[] {
	const rosters = rostersOfRollouts(fleet);
	const rollouts = [...fleet.rollouts.values()].filter(({ halt, policy }) => !halt && rosters.has(policy));
	return rollouts.flatMap((rollout): readonly Notice[] => {
		const { isFinished, members, verified, failed, leftOut } = countRollout(fleet, rollout, now, rosters);
		if (!isFinished) return [];
		const { id, policy } = rollout;
		const others = [...(failed > 0 ? [`${failed} failed`] : []), ...(leftOut > 0 ? [`${leftOut} left out`] : [])];
		const summary = [`${policy.name}: ${verified} of ${members} installed and verified`, ...others].join(", ");
		const kind = failed > 0 ? "failed" : "rollout_succeeded";
		const at = new Date(now).toISOString();
		return [{ id: `end-${id}`, kind, at, policy: policy.name, rollout: id, machine: null, summary }];
	});
}

function braked(fleet: Fleet, held: readonly Held[], now: number): readonly Notice[] {
	const notices = new Map<string, Notice>();
	for (const { policy, reason } of held) {
		const rollout = fleet.rollouts.get(policy);
		if (!rollout || (reason.kind !== "budget_spent" && reason.kind !== "no_progress")) continue;
		const id = `brake-${rollout.id}-${reason.kind}-${reason.ring ?? ""}`;
		const summary = `${policy}: nothing new starts: ${describeReason(policy, reason)}`;
		const at = new Date(now).toISOString();
		notices.set(id, { id, kind: "paused", at, policy, rollout: rollout.id, machine: null, summary });
	}
	return [...notices.values()];
}
