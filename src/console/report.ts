import type { Fleet } from "../model/fleet.ts";
import { absentNamesIn } from "./absent-names.ts";
import { actOf } from "./act.ts";
import type { Detail, MachineGroup, RolloutMachine, RolloutReport, StatusReport } from "./cockpit.ts";
import { waysOf } from "./delivery-report.ts";
import { failingDownloads } from "./failing-downloads.ts";
import { grouped } from "./grouping.ts";
import { badness, type MachineSummary, machineLine, summarize } from "./machine-summary.ts";
import { rolloutMachines, selectedMachines } from "./rollout-machine.ts";
import { rolloutReport } from "./rollout-report.ts";
import { Sight, type View } from "./sight.ts";
import { iso } from "./time-text.ts";
import { totalsOf } from "./totals.ts";

export interface StatusView extends View {
	readonly waitingFor: string;
	readonly problems: readonly string[];
	/** Bytes that the controller sent into the swarm, by hex SHA-256. */
	readonly uplink: ReadonlyMap<string, number>;
	/** Share of a package that a machine holds, 0 to 1, while it is being delivered. */
	readonly delivered: (machine: string, sha256: string) => number | undefined;
}

/** Looks at each machine of each policy once: linear in their number, for ten thousand machines and twenty policies. */
export function statusReport(view: StatusView, detail: Detail): StatusReport {
	const { fleet, now } = view;
	const rollouts = rolloutsOf(view);
	const rows = rollouts.flatMap(({ machines }) => machines);
	const summaries = summarize(rows);
	const isShown = ({ progress }: RolloutMachine) => detail === "all" || progress !== null;
	return {
		at: iso(now),
		waiting_for: view.waitingFor,
		paused: fleet.pause && actOf(fleet.pause),
		problems: view.problems,
		failing_downloads: failingDownloads(fleet),
		rollouts: rollouts.map((each) => ({ ...each, machines: each.machines.filter(isShown) })),
		excluded: excludedFrom(fleet),
		groups: groupsOf(fleet, summaries),
		machines: detail === "groups" ? [] : linesOf(fleet, summaries),
		totals: totalsOf(view, rows, summaries.values()),
	};
}

function rolloutsOf(view: StatusView): readonly RolloutReport[] {
	const { fleet, delivered } = view;
	const sight = new Sight(view);
	const absentNames = absentNamesIn(fleet);
	return [...fleet.policies.values()].map((applied) => {
		const rollout = fleet.rollouts.get(applied.policy.name);
		const members = rollout ? sight.members(rollout) : null;
		const report = { ...rolloutReport(sight, applied, members), absent_names: absentNames(applied.policy) };
		if (!rollout || !members) return { ...report, ways: [], machines: selectedMachines(sight, applied.policy) };
		const machines = rolloutMachines(sight, rollout, delivered);
		return { ...report, ways: waysOf(machines), machines };
	});
}

type Summaries = ReadonlyMap<string, MachineSummary>;

function linesOf(fleet: Fleet, summaries: Summaries): StatusReport["machines"] {
	return [...fleet.machines.values()].map((machine) => machineLine(machine, summaries.get(machine.name)));
}

function groupsOf(fleet: Fleet, summaries: Summaries): readonly MachineGroup[] {
	const lines = [...fleet.machines.values()].flatMap((machine) => {
		const { state, reason } = machineLine(machine, summaries.get(machine.name));
		const isDone = state === "verified" || state === "not_targeted";
		return isDone ? [] : [{ item: state, machine, within: state, text: reason }];
	});
	const groups = grouped(lines).map(({ items: [state], text, machines, names }) => ({
		state,
		reason: text,
		machines,
		names,
	}));
	return groups.sort((a, b) => badness(a.state) - badness(b.state));
}

function excludedFrom({ machines }: Fleet): StatusReport["excluded"] {
	return [...machines.values()].flatMap(({ name, excluded }) =>
		excluded ? [{ machine: name, ...actOf(excluded) }] : [],
	);
}
