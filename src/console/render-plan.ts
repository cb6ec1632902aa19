import type { PlannedStep, PlannedWait, PlanReport, Several } from "./cockpit.ts";
import { someOf } from "./counted.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { minute } from "./time-text.ts";

/** `isEach`: machine by machine, instead of one line for all of which the same is to be said. */
export function renderPlan(report: PlanReport, style: Style, isEach = false): string {
	const { in_flight, wake_at } = report;
	const steps = isEach ? report.steps.map(single) : report.step_groups;
	const held = isEach ? report.held.map(single) : report.held_groups;
	const rows = held.map((wait) => [
		wait.policy,
		whom(wait),
		wait.until === null ? "" : minute(wait.until),
		wait.sentence,
	]);
	return [
		...(in_flight > 0 ? [`${in_flight} in flight, see: fleetseed status`] : []),
		steps.length === 0 ? "nothing to do now" : "now, in this order:",
		...steps.map((step) => `  ${printable(stepLine(step))}`),
		...(rows.length > 0 ? [table(["policy", "machine", "until", "waits because"], rows, style)] : []),
		wake_at ? `looks again ${minute(wake_at)}` : "waits for an event",
	].join("\n");
}

function single<Item extends { readonly machine: string | null }>(item: Item): Item & Several {
	const names = item.machine === null ? [] : [item.machine];
	return { ...item, machines: names.length, names };
}

function stepLine({ act, because, machines, names }: Omit<PlannedStep, "machine"> & Several): string {
	if (machines === 0) return `${act}: ${because}`;
	const on = machines === 1 ? `on ${names[0]}` : `on ${machines} machines (${someOf(names, machines)})`;
	return `${act}, ${on}: ${because}`;
}

function whom({ machines, names }: Omit<PlannedWait, "machine"> & Several): string {
	if (machines === 0) return "(all)";
	return machines === 1 ? (names[0] ?? "") : `${machines}: ${someOf(names, machines)}`;
}
