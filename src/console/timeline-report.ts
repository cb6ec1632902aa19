import { describeReason } from "../plan/describe-held.ts";
import type { Moment, Peak, RingTimes, Timeline } from "../simulate/timeline.ts";
import { iso, isoOrNull } from "./time-text.ts";

/** The simulation as plain JSON: times in ISO 8601 (UTC), the same words as elsewhere. */
export function timelineReport(timeline: Timeline, seconds: number) {
	const { policy, start, end, verified, peaks } = timeline;
	return {
		policy,
		revision: timeline.revision,
		seed: timeline.seed,
		start: iso(start),
		end: iso(end),
		machines: timeline.machines,
		selected: timeline.selected,
		states: timeline.samples.at(-1)?.counts ?? null,
		first_verified: verified && { machine: verified.first.machine, at: iso(verified.first.at) },
		last_verified: verified && { machine: verified.last.machine, at: iso(verified.last.at) },
		rings: timeline.rings.map(ringReport),
		peaks: {
			installs: peakReport(peaks.installs),
			reboots: peakReport(peaks.reboots),
			deliveries: peakReport(peaks.deliveries),
			sessions: peakReport(peaks.sessions),
		},
		missed_runs: timeline.missedRuns.map(iso),
		failures: timeline.failures,
		reasons: timeline.reasons.map(({ reason, machines, first }) => {
			return { code: reason.kind, sentence: describeReason(policy, reason), machines, first };
		}),
		moments: timeline.moments.map((moment) => momentReport(policy, moment)),
		windows: timeline.windows.map(({ name, from, to }) => ({ name, from: iso(from), to: iso(to) })),
		samples: timeline.samples.map(({ at, counts }) => ({ at: iso(at), ...counts })),
		decisions: timeline.decisions,
		events: timeline.events,
		seconds,
		times_real_time: Math.round((end - start) / 1000 / seconds),
	};
}

function ringReport({ name, machines, verified, failed, ...times }: RingTimes) {
	return {
		name,
		machines,
		verified,
		failed,
		started_at: isoOrNull(times.startedAt),
		promoted_at: isoOrNull(times.promotedAt),
		half_verified_at: isoOrNull(times.halfAt),
		nine_tenths_verified_at: isoOrNull(times.mostAt),
		last_verified_at: isoOrNull(times.lastAt),
	};
}

function peakReport({ most, at }: Peak) {
	return { most, at: isoOrNull(at) };
}

function momentReport(policy: string, { at, ...moment }: Moment) {
	if (moment.kind === "stopped")
		return { at: iso(at), kind: moment.kind, code: moment.reason.kind, why: describeReason(policy, moment.reason) };
	if ("run" in moment) return { at: iso(at), kind: moment.kind, run: iso(moment.run) };
	return { at: iso(at), ...moment };
}
