import type { Fleet } from "../model/fleet.ts";
import { byWhom } from "./act.ts";
import { someOf } from "./counted.ts";
import { accepted, alreadySo, butPaused, type Judgement, type Order, policyUnknown } from "./judgement.ts";

export function judgePause(fleet: Fleet, order: Order<"Paused" | "Resumed">): Judgement {
	const { policy } = order;
	if (policy !== null && !fleet.policies.has(policy)) return policyUnknown(policy);
	const pause = policy === null ? fleet.pause : (fleet.policies.get(policy)?.pause ?? null);
	const what = policy ?? "everything";
	if (order.kind === "Paused")
		return pause
			? alreadySo(`${what} is paused already, by ${byWhom(pause)}`)
			: accepted(
					order,
					`${what} is paused: nothing new starts; go on with: fleetseed resume${policy === null ? "" : ` ${policy}`}`,
				);
	const still = policy === null ? stillPaused(fleet) : butPaused({ ...fleet, policies: new Map() }, policy);
	return pause ? accepted(order, `${what} goes on${still}`) : alreadySo(`${what} was not paused${still}`);
}

/** Policies that were paused on their own stay so. */
function stillPaused({ policies }: Fleet): string {
	const names = [...policies.values()].flatMap(({ policy, pause }) => (pause ? [policy.name] : []));
	return names.length === 0 ? "" : `; still paused on their own: ${someOf(names)}`;
}
