import { describeReason } from "../plan/describe-held.ts";
import type { Moment, Peak, RingTimes, Span, Timeline } from "../simulate/timeline.ts";
import { counted } from "./counted.ts";
import { printable } from "./printable.ts";
import { shortRevision } from "./short-revision.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { STATE_WORDS } from "./timeline-words.ts";

/** The simulation for a person to read; times by the clock of the policy's zone. */
export function renderTimeline(timeline: Timeline, seconds: number, style: Style): string {
	const { policy, revision, machines, selected, start, end, seed, timeZone } = timeline;
	const days = Math.round((end - start) / 86_400_000);
	const when = clock(timeZone);
	const speed = Math.round((end - start) / 1000 / seconds).toLocaleString("en");
	const title = `${policy} (revision ${shortRevision(revision)}) on ${counted(machines, "modelled machine")}, ${selected} of them selected, for ${counted(days, "day")} from ${when(start)} ${timeZone}; seed ${seed}`;
	return [
		title,
		"",
		...lines(timeline, when).map(([at, text]) => `  ${style.faint(when(at))}  ${printable(text)}`),
		"",
		table(
			["ring", "machines", "verified", "failed", "first install", "half", "90 %", "last"],
			ringRows(timeline, when),
			style,
		),
		"",
		`At the end: ${states(timeline)}.`,
		...ending(timeline, when),
		"",
		`${timeline.decisions.toLocaleString("en")} decisions over ${timeline.events.toLocaleString("en")} events in ${seconds.toFixed(1)} s: ${speed} times real time.`,
	].join("\n");
}

type Clock = (at: number) => string;

/** "Fri 27 Nov 20:00" */
function clock(timeZone: string): Clock {
	const format = new Intl.DateTimeFormat("en-GB", {
		timeZone,
		weekday: "short",
		day: "2-digit",
		month: "short",
		hour: "2-digit",
		minute: "2-digit",
	});
	return (at) => format.format(at).replaceAll(",", "");
}

/** So many openings of windows are told one by one. */
const WINDOWS_TOLD = 12;

function lines(timeline: Timeline, when: Clock): readonly (readonly [number, string])[] {
	const moments = timeline.moments.map((moment) => [moment.at, sentence(timeline, moment, when)] as const);
	const told = [...moments, ...windowLines(timeline), ...edgeLines(timeline)];
	return told.sort(([a], [b]) => a - b);
}

/** Only those in which something could still be done. */
function windowLines({ windows, samples }: Timeline): readonly (readonly [number, string])[] {
	const last = lastChange(samples);
	const open = windows.filter(({ from }) => from <= last);
	const some = open.slice(0, WINDOWS_TOLD).map(({ name, from }: Span) => [from, `window ${name} opens`] as const);
	const rest = open[WINDOWS_TOLD];
	return rest ? [...some, [rest.from, `window ${rest.name} opens, and ${open.length - WINDOWS_TOLD - 1} more`]] : some;
}

/** States in which a machine stays by itself; machines that come and go change nothing that matters. */
const SETTLED = ["verified", "failed", "left_out", "rolled_back"] as const;

/** When a machine was last done with, one way or the other. */
export function lastChange(samples: Timeline["samples"]): number {
	const end = samples.at(-1)?.counts;
	const other = samples.findLastIndex(({ counts }) => SETTLED.some((state) => counts[state] !== end?.[state]));
	return samples[Math.min(other + 1, samples.length - 1)]?.at ?? 0;
}

function edgeLines({ verified }: Timeline): readonly (readonly [number, string])[] {
	if (!verified) return [];
	const { first, last } = verified;
	return [
		[first.at, `first machine verified: ${first.machine}`],
		[last.at, `last machine verified: ${last.machine}`],
	];
}

function sentence({ policy }: Timeline, moment: Moment, when: Clock): string {
	switch (moment.kind) {
		case "run_began":
			return moment.run === moment.at ? "the run begins" : `the run that was due ${when(moment.run)} begins`;
		case "went_back":
			return `goes back to revision ${shortRevision(moment.revision)}: ${moment.why}`;
		case "package_held":
			return `package ${moment.sha256.slice(0, 12)} is downloaded and checked`;
		case "ring_started":
			return `ring ${moment.ring}: first install, on ${moment.machine}`;
		case "ring_soaks":
			return `ring ${moment.ring} is proven; its healthy time begins`;
		case "ring_promoted":
			return `ring ${moment.ring} is done; the next one may start`;
		case "run_queued":
			return `the run due ${when(moment.run)} waits for the one before`;
		case "run_missed":
			return `the run due ${when(moment.run)} is missed`;
		case "halted":
			return `the rollout ends: ${moment.why}`;
		case "stopped":
			return `nothing new starts: ${describeReason(policy, moment.reason)}`;
		case "person":
			return moment.ring === null ? "people approve the revision" : `a person promotes ring ${moment.ring}`;
		case "first_failure":
			return `first failure, on ${moment.machine}: ${moment.why}`;
		case "controller_off":
			return "the controller goes off: nothing begins, and what runs goes on";
		case "controller_back":
			return "the controller is back";
		case "available":
			return "installs may start (available_at)";
		case "deadline":
			return "deadline: installs and reboots wait for no window";
	}
}

function ringRows({ rings }: Timeline, when: Clock): readonly (readonly string[])[] {
	const at = (time: number | null) => (time === null ? "never" : when(time));
	return rings.map(({ name, machines, verified, failed, startedAt, halfAt, mostAt, lastAt }: RingTimes) => {
		return [
			name,
			String(machines),
			String(verified),
			String(failed),
			at(startedAt),
			at(halfAt),
			at(mostAt),
			at(lastAt),
		];
	});
}

function states({ samples }: Timeline): string {
	const counts = Object.entries(samples.at(-1)?.counts ?? {}).filter(([, machines]) => machines > 0);
	return counts.map(([state, machines]) => `${machines} ${STATE_WORDS[state as keyof typeof STATE_WORDS]}`).join(", ");
}

function ending(timeline: Timeline, when: Clock): readonly string[] {
	const { peaks, missedRuns, reasons, failures, policy } = timeline;
	const peak = (what: string, { most, at }: Peak) => (at === null ? [] : [`${counted(most, what)} (${when(at)})`]);
	const most = [
		...peak("install", peaks.installs),
		...peak("reboot", peaks.reboots),
		...peak("transfer", peaks.deliveries),
		...peak("session", peaks.sessions),
	];
	return [
		`At most at once: ${most.length === 0 ? "nothing" : most.join(", ")}.`,
		`Missed runs: ${missedRuns.length === 0 ? "none" : missedRuns.map(when).join(", ")}.`,
		...failures.map(
			({ code, machines, first }) => `Failed: ${counted(machines, "machine")} with ${code}, such as ${first}.`,
		),
		...(reasons.length === 0 ? [] : ["Why machines are not done:"]),
		...reasons.map(({ reason, machines, first }) => {
			const who = first === null ? "  the policy" : `  ${counted(machines, "machine")}, such as ${first}`;
			return printable(`${who}: ${describeReason(policy, reason)}`);
		}),
	];
}
