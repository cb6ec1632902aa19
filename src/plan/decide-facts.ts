import type { Machine } from "../model/machine.ts";
import type { FactsStep } from "../model/step.ts";
import type { Waiting } from "./ground.ts";
import type { Slots } from "./slots.ts";
import { triedAgainAt } from "./try-again.ts";

/** Reads what the machine is, as soon as it may be tried again. */
export function decideFacts(
	policy: string,
	machine: Machine,
	{ slots, now }: { readonly slots: Slots; readonly now: number },
): FactsStep | Waiting {
	const { failures = 0, at = 0, failure = null } = machine.factsFailure ?? {};
	const tryAt = triedAgainAt(at, failures, `${machine.name} facts`);
	if (tryAt > now) return { reason: { kind: "facts_unread", failure }, until: tryAt };
	const busy = slots.takeSession(machine);
	return busy ? { reason: busy } : { kind: "read_facts", machine: machine.name, policy, attempt: failures + 1 };
}
