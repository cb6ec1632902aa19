import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Decision } from "../plan/decide.ts";
import { describeHeld } from "../plan/describe-held.ts";
import { membership, ringOf } from "../plan/rings.ts";
import { taskOf } from "../plan/task.ts";
import type { RingReport, RolloutMachine, RolloutReport, StatusReport, Totals } from "./cockpit.ts";
import { type Standing, standingOf, stepInFlight } from "./machine-state.ts";

/** All that a report is made from; the same view gives the same report. */
export interface View {
	readonly fleet: Fleet;
	readonly decision: Decision;
	readonly now: number;
	readonly waitingFor: string;
	readonly problems: readonly string[];
	/** Bytes that the controller sent into the swarm, by hex SHA-256. */
	readonly uplink: ReadonlyMap<string, number>;
	/** Share of a package that a machine holds, 0 to 1, while it is being delivered. */
	readonly delivered: (machine: string, sha256: string) => number | undefined;
}

export function statusReport(view: View): StatusReport {
	const { fleet, now } = view;
	const rollouts = [...fleet.policies.keys()].map((policy) => rolloutReport(view, policy));
	return {
		at: iso(now),
		waiting_for: view.waitingFor,
		paused: fleet.pause && { by: fleet.pause.by, reason: fleet.pause.reason, at: iso(fleet.pause.at) },
		problems: view.problems,
		rollouts,
		machines: [...fleet.machines.values()].map((machine) => machineLine(machine, rollouts)),
		totals: totals(view, rollouts),
	};
}

function rolloutReport(view: View, policy: string): RolloutReport {
	const { fleet, decision, now } = view;
	const waits = decision.held.find((held) => held.policy === policy && held.machine === null);
	const rollout = fleet.rollouts.get(policy);
	const held = waits ? describeHeld(waits) : null;
	if (!rollout) return { policy, id: null, held, rings: [], machines: [] };
	const { rings, discovered, strays } = membership(fleet, rollout, now);
	const gate = rings.findIndex(({ ring }) => !rollout.promotedRings.has(ring.name));
	const selected = [...rings.flatMap(({ members }) => members), ...discovered, ...strays];
	return {
		policy,
		id: rollout.id,
		held,
		rings: rings.map(({ ring, members, verified, failed }, index): RingReport => {
			const state = rollout.promotedRings.has(ring.name) ? "promoted" : index === gate ? "running" : "waiting";
			return { name: ring.name, state, machines: members.length, verified, failed };
		}),
		machines: selected.map((machine) => rolloutMachine(view, rollout, machine)),
	};
}

function rolloutMachine(view: View, rollout: Rollout, machine: Machine): RolloutMachine {
	const { fleet, decision } = view;
	const standing: Standing = standingOf(fleet, rollout, machine, decision.held);
	const tasks = rollout.policy.packages.map(({ name }) => taskOf(rollout, machine.name, name));
	const delivered = tasks.flatMap(({ delivery }) => delivery ?? []);
	const bytes = delivered.reduce((sum, each) => sum + each.bytes, 0);
	const seconds = delivered.reduce((sum, each) => sum + each.durationMs, 0) / 1000;
	return {
		machine: machine.name,
		ring: ringOf(rollout.policy, machine)?.name ?? null,
		state: standing.state,
		reason: standing.reason,
		progress: deliveryProgress(view, rollout, machine.name),
		delivery: delivered[0] ? { method: delivered[0].method, bytes, seconds } : null,
		exit_code: tasks.findLast(({ exitCode }) => exitCode !== undefined)?.exitCode ?? null,
		verified_at: standing.state === "verified" ? iso(Math.max(...tasks.map(({ at }: Task) => at))) : null,
	};
}

function deliveryProgress({ fleet, delivered }: View, rollout: Rollout, machine: string): number | null {
	const step = stepInFlight(fleet, rollout, machine);
	const spec = rollout.policy.packages.find(({ name }) => name === step?.package);
	return step?.kind === "deliver" && spec ? (delivered(machine, spec.sha256) ?? 0) : null;
}

/** A machine's worst standing over all rollouts is the one to show. */
function machineLine({ name, trust }: Machine, rollouts: readonly RolloutReport[]): StatusReport["machines"][number] {
	const standings = rollouts.flatMap(({ machines }) => machines.filter((each) => each.machine === name));
	const open = standings.find(({ state }) => state === "failed") ?? standings.find(({ state }) => state !== "verified");
	const shown = open ?? standings[0];
	if (shown) return { name, state: shown.state, reason: shown.reason };
	const state = trust.kind === "approved" ? "not_targeted" : trust.kind;
	return { name, state, reason: state === "not_targeted" ? "no policy selects it" : null };
}

function totals({ fleet, uplink }: View, rollouts: readonly RolloutReport[]): Totals {
	const byMachine = Map.groupBy(
		rollouts.flatMap(({ machines }) => machines),
		({ machine }) => machine,
	);
	const each = [...byMachine.values()];
	const held = [...namedPackages(fleet)].flatMap((sha256) => {
		const state = fleet.packages.get(sha256);
		return state?.kind === "held" ? [{ sha256, ...state }] : [];
	});
	const sent = held.reduce((sum, { sha256 }) => sum + (uplink.get(sha256) ?? 0), 0);
	const received = rollouts
		.flatMap(({ machines }) => machines)
		.reduce((sum, { delivery }) => sum + (delivery?.bytes ?? 0), 0);
	return {
		machines: each.length,
		installed: each.filter((standings) => standings.every(({ state }) => state === "verified")).length,
		failed: each.filter((standings) => standings.some(({ state }) => state === "failed")).length,
		package_bytes: held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
		origin_bytes: held.reduce((sum, { originBytes }) => sum + originBytes, 0),
		controller_uplink_bytes: sent,
		peer_bytes: Math.max(0, received - sent),
	};
}

function namedPackages(fleet: Fleet): ReadonlySet<string> {
	return new Set([...fleet.policies.values()].flatMap(({ policy }) => policy.packages.map(({ sha256 }) => sha256)));
}

function iso(at: number): string {
	return new Date(at).toISOString();
}
