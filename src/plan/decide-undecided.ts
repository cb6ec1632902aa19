import type { Machine } from "../model/machine.ts";
import type { Step } from "../model/step.ts";
import { decideFacts } from "./decide-facts.ts";
import type { Ground, Part, Places } from "./ground.ts";
import type { Held, HeldReason } from "./held.ts";
import { retryAt } from "./try-again.ts";

/** Machines whose place depends on facts: they are read first. */
export function decideUndecided(ground: Ground, undecided: readonly Machine[], { busy }: Places): Part {
	const { rollout, slots, now, bar } = ground;
	const policy = rollout.policy.name;
	const steps: Step[] = [];
	const held: Held[] = [];
	for (const machine of undecided) {
		const { name } = machine;
		const hold = (reason: HeldReason, until?: number) =>
			held.push({ policy, machine: name, reason, ...(until === undefined ? {} : { until }) });
		const otherPolicy = busy.get(name);
		if (otherPolicy === policy) continue;
		const tryAt = retryAt(machine);
		if (bar) hold(bar);
		else if (tryAt > now) hold({ kind: "waiting_for_machine", failure: null, since: tryAt }, tryAt);
		else if (otherPolicy !== undefined) hold({ kind: "machine_busy", policy: otherPolicy });
		else {
			const answer = decideFacts(policy, machine, { slots, now });
			if ("reason" in answer) hold(answer.reason, answer.until);
			else {
				steps.push(answer);
				busy.set(name, policy);
			}
		}
	}
	return { steps, held: [held], wakes: held.flatMap(({ until }) => until ?? []) };
}
