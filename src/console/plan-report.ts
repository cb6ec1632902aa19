import type { Fleet } from "../model/fleet.ts";
import { machineOf, type Step, stepKey } from "../model/step.ts";
import type { Held } from "../plan/held.ts";
import type { Detail, PlannedStep, PlannedWait, PlanReport } from "./cockpit.ts";
import { grouped } from "./grouping.ts";
import { plannedStep } from "./planned-step.ts";
import { Sight, type View } from "./sight.ts";
import { isoOrNull } from "./time-text.ts";

/** What would be done now, in order, and why everything else waits. */
export function planReport(view: View, detail: Detail): PlanReport {
	const { fleet, decision } = view;
	const sight = new Sight(view);
	const news = decision.steps.filter((step) => !fleet.running.has(stepKey(step)));
	const steps = news.map((step) => plannedStep(fleet, step));
	const held = decision.held.map((each) => plannedWait(sight, each));
	return {
		steps: detail === "all" ? steps : [],
		step_groups: stepGroups(fleet, steps),
		held: detail === "all" ? held : [],
		held_groups: heldGroups(fleet, held),
		in_flight: [...fleet.running.values()].filter(({ step }) => isWork(step)).length,
		wake_at: isoOrNull(decision.wakeAt),
	};
}

/** Acts of record are done as soon as they are written. */
function isWork(step: Step): boolean {
	return machineOf(step) !== null || step.kind === "acquire";
}

function plannedWait(sight: Sight, held: Held): PlannedWait {
	const { policy, machine, reason, until } = held;
	return { policy, machine, code: reason.kind, sentence: sight.sentence(held), until: isoOrNull(until) };
}

/** In a group `until` is the earliest. */
function heldGroups(fleet: Fleet, held: readonly PlannedWait[]): PlanReport["held_groups"] {
	const items = held.map((item) => {
		const { policy, code, machine, sentence } = item;
		return {
			item,
			machine: machineIn(fleet, machine),
			within: `${policy} ${code} ${machine === null}`,
			text: sentence,
		};
	});
	return grouped(items).map(({ items: [first, ...others], text, machines, names }) => {
		const { policy, code, sentence } = first;
		const until = [first, ...others].flatMap((each) => each.until ?? []).sort()[0] ?? null;
		return { policy, code, sentence: text ?? sentence, until, machines, names };
	});
}

function stepGroups(fleet: Fleet, steps: readonly PlannedStep[]): PlanReport["step_groups"] {
	const items = steps.map((item) => {
		const { kind, policy, act, machine, because } = item;
		return { item, machine: machineIn(fleet, machine), within: `${kind} ${policy} ${act}`, text: because };
	});
	return grouped(items).map(({ items: [{ kind, act, because, policy }], text, machines, names }) => {
		return { kind, act, because: text ?? because, policy, machines, names };
	});
}

function machineIn(fleet: Fleet, name: string | null) {
	return name === null ? null : (fleet.machines.get(name) ?? null);
}
