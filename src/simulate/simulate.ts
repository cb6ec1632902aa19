import type { Policy } from "../model/policy.ts";
import { describeReason } from "../plan/describe-held.ts";
import type { HeldReason } from "../plan/held.ts";
import { membership } from "../plan/rings.ts";
import { timeZoneOf } from "../plan/time-zone.ts";
import { windowState } from "../plan/windows.ts";
import { type Scenario, Simulation } from "./simulation.ts";
import type { Edges, Moment, RingTimes, Span, Timeline } from "./timeline.ts";

/** Plays the policy on the fleet. A function of its arguments alone; `onHour` is told the share that is done, 0 to 1. */
export function simulate(scenario: Scenario, onHour?: (share: number) => void): Timeline {
	const simulation = new Simulation(scenario);
	simulation.run(onHour);
	const { policy, start, end, seed, machines } = scenario;
	const { recorder, samples, fleet, decisions } = simulation;
	const { installs, reboots, deliveries, sessions } = recorder.peaks;
	const rings = ringTimes(simulation);
	const outside = momentsOf(policy, scenario);
	return {
		policy: policy.name,
		revision: policy.revision,
		timeZone: timeZoneOf(policy),
		seed,
		start,
		end,
		machines: machines.length,
		selected: rings.reduce((sum, ring) => sum + ring.machines, 0),
		rings,
		moments: [...recorder.moments, ...outside].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at),
		windows: windowsOf(policy, start, end),
		samples,
		peaks: { installs: installs.peak, reboots: reboots.peak, deliveries: deliveries.peak, sessions: sessions.peak },
		missedRuns: fleet.policies.get(policy.name)?.missedRuns ?? [],
		verified: edges(recorder.verified),
		failures: failuresOf(recorder.failed),
		reasons: reasonsOf(simulation),
		decisions,
		events: recorder.events,
	};
}

function ringTimes({ fleet, recorder, scenario, now }: Simulation): readonly RingTimes[] {
	const rollout = fleet.rollouts.get(scenario.policy.name);
	if (!rollout) return [];
	return membership(fleet, rollout, now).rings.map(({ ring, members, failed }) => {
		const times = [...recorder.verified.values()].filter((each) => each.ring === ring.name).map(({ at }) => at);
		times.sort((a, b) => a - b);
		const shareAt = (share: number) => times[Math.ceil(times.length * share) - 1] ?? null;
		return {
			name: ring.name,
			machines: members,
			startedAt: recorder.ringStarts.get(ring.name) ?? null,
			promotedAt: recorder.promotions.get(ring.name) ?? null,
			halfAt: shareAt(0.5),
			mostAt: shareAt(0.9),
			lastAt: shareAt(1),
			verified: times.length,
			failed,
		};
	});
}

/** What the calendar brings, whatever happens to the machines. */
function momentsOf({ availableAt, deadline }: Policy, { start }: Scenario): readonly Moment[] {
	const moments: Moment[] = [];
	if (availableAt !== undefined && availableAt >= start) moments.push({ kind: "available", at: availableAt });
	if (deadline !== undefined && deadline >= start) moments.push({ kind: "deadline", at: deadline });
	return moments;
}

function windowsOf({ maintenanceWindows }: Policy, start: number, end: number): readonly Span[] {
	const spans: Span[] = [];
	if (maintenanceWindows.length === 0) return spans;
	for (let at = start; at < end; ) {
		const state = windowState(maintenanceWindows, at);
		const to = state.isOpen ? (state.closesAt ?? end) : state.opensAt;
		if (state.isOpen && state.name !== null) spans.push({ name: state.name, from: at, to: Math.min(to, end) });
		at = to;
	}
	return spans;
}

function edges(endings: ReadonlyMap<string, { readonly at: number }>): Edges | null {
	const times = [...endings].map(([machine, { at }]) => ({ machine, at })).sort((a, b) => a.at - b.at);
	const [first, last] = [times[0], times.at(-1)];
	return first && last ? { first, last } : null;
}

function failuresOf(failed: ReadonlyMap<string, { readonly code: string }>): Timeline["failures"] {
	const groups = Map.groupBy(failed, ([, { code }]) => code);
	return [...groups]
		.map(([code, machines]) => ({ code, machines: machines.length, first: machines[0]?.[0] ?? "" }))
		.sort((a, b) => b.machines - a.machines);
}

/** Machines of which the same is to be said; what is told of one alone, such as times and addresses, is left out. */
function reasonsOf({ decision, scenario }: Simulation): Timeline["reasons"] {
	const groups = Map.groupBy(decision.held.flat(), ({ reason }) => keyOf(scenario.policy.name, reason));
	return [...groups.values()]
		.map((held) => ({
			reason: held[0]?.reason,
			machines: held.filter(({ machine }) => machine !== null).length,
			first: held[0]?.machine ?? null,
		}))
		.flatMap(({ reason, ...rest }) => (reason ? [{ reason, ...rest }] : []))
		.sort((a, b) => b.machines - a.machines);
}

function keyOf(policy: string, reason: HeldReason): string {
	if (reason.kind === "failed") return `failed ${reason.failure.code}`;
	if (reason.kind === "waiting_for_machine" || reason.kind === "backing_off") return reason.kind;
	if (reason.kind === "not_applicable") return `${reason.kind} ${reason.package} ${reason.unmet.requirement}`;
	return describeReason(policy, reason);
}
