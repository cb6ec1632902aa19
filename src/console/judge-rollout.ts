import type { AppliedPolicy, Fleet, Rollout } from "../model/fleet.ts";
import { unfinished } from "../plan/decide-run.ts";
import { byWhom } from "./act.ts";
import { counted } from "./counted.ts";
import { accepted, alreadySo, butPaused, type Judgement, type Order, policyUnknown, refused } from "./judgement.ts";

type RolloutOrder = Order<"RingPromoted" | "RolloutAborted" | "RunRequested">;

export function judgeRollout(fleet: Fleet, order: RolloutOrder, now: number): Judgement {
	const applied = fleet.policies.get(order.policy);
	const rollout = fleet.rollouts.get(order.policy);
	if (!applied) return policyUnknown(order.policy);
	if (order.kind === "RunRequested") return run(fleet, order, { applied, rollout, now });
	if (!rollout) return refused(`no run of ${order.policy} has begun`);
	return order.kind === "RingPromoted" ? promote(fleet, order, rollout) : abort(fleet, order, { rollout, now });
}

function promote(fleet: Fleet, order: Order<"RingPromoted">, rollout: Rollout): Judgement {
	const { rings } = rollout.policy.rollout;
	const index = rings.findIndex(({ name }) => name === order.ring);
	const [ring, next] = [rings[index], rings[index + 1]];
	const names = rings.map(({ name }) => name).join(", ");
	if (!ring) return refused(`${order.policy} has no ring "${order.ring}"; it has: ${names}`);
	if (rollout.promotedRings.has(ring.name)) return alreadySo(`ring ${ring.name} has been promoted already`);
	if (!next) return refused(`ring ${ring.name} is the last one: no ring waits for it`);
	if (ring.promote === "auto")
		return refused(`ring ${ring.name} is promoted by itself once it is proven (promote: auto)`);
	const promotion = rollout.promotions.get(ring.name);
	const then = `ring ${next.name} starts as soon as ${ring.name} is proven`;
	if (promotion) return alreadySo(`ring ${ring.name} was promoted by ${promotion.by} already: ${then}`);
	return accepted(order, `ring ${ring.name} promoted: ${then}${butPaused(fleet, order.policy)}`);
}

function abort(
	fleet: Fleet,
	order: Order<"RolloutAborted">,
	{ rollout, now }: { readonly rollout: Rollout; readonly now: number },
): Judgement {
	const { policy } = order;
	const { halt } = rollout;
	if (halt)
		return alreadySo(`the run of ${policy} was aborted already, by ${byWhom({ by: halt.by, reason: halt.why })}`);
	const left = unfinished(fleet, rollout, now);
	const ends = left === 0 ? "" : `; what is in flight on ${counted(left, "machine")} ends`;
	return accepted(
		order,
		`the run of ${policy} is aborted: nothing new starts${ends}; begin anew with: fleetseed run ${policy}`,
	);
}

interface Course {
	readonly applied: AppliedPolicy;
	readonly rollout: Rollout | undefined;
	readonly now: number;
}

function run(fleet: Fleet, order: Order<"RunRequested">, { applied, rollout, now }: Course): Judgement {
	const { policy } = order;
	const paused = butPaused(fleet, policy);
	if (applied.requestedAt !== null)
		return alreadySo(`a run of ${policy} is due already and begins as soon as it may${paused}`);
	const left = unfinished(fleet, rollout, now);
	const when = left === 0 ? "now" : `when what is in flight on ${counted(left, "machine")} has ended`;
	return accepted(order, `a run of ${policy} begins ${when}${paused}`);
}
