import { cpus } from "node:os";
import { median } from "../figures.ts";
import { floorSeconds, type Links } from "./floor.ts";
import type { MachineResult, RaceResult } from "./race.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** How one race came out, in figures that can be set beside another's. */
export interface Standing {
	readonly system: string;
	readonly machines: number;
	/** To the last machine; infinite when one is not there, or has something else than was sent. */
	readonly seconds: number;
	readonly medianSeconds: number;
	readonly floorSeconds: number;
	readonly timesFloor: number;
	/** What left the source's cable, headers included, and what it counted as sent itself, as multiples of the payload. */
	readonly sourceMultiple: number;
	readonly payloadMultiple: number | null;
	readonly sourceCpuSeconds: number;
	readonly sourcePreparedCpuSeconds: number;
	readonly sourceCpuPerGiB: number;
	readonly sourcePeakMiB: number;
	/** Of one peer, the mean. */
	readonly peerCpuSeconds: number;
	readonly peerCpuPerGiB: number;
	readonly busyPercent: number;
	/** Of all cores, by the source and the peers. */
	readonly ownPercent: number;
	readonly groups: readonly GroupStanding[];
}

export interface GroupStanding {
	/** Bits a second. */
	readonly rate: number;
	readonly machines: number;
	readonly seconds: number;
	readonly medianSeconds: number;
	/** Of the floor that it would have alone. */
	readonly timesFloor: number;
}

export function standingOf(
	{ system, machines, source, sentPayloadBytes, busyPercent }: RaceResult,
	{ sizeBytes, sourceRate }: { sizeBytes: number; sourceRate: number },
): Standing {
	const links: Links = { source: sourceRate, peers: machines.map(({ rate }) => rate) };
	const floor = floorSeconds(sizeBytes, links);
	const { seconds, medianSeconds } = timesOf(machines);
	const peerCpu = machines.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
	const peerBytes = machines.reduce((sum, { movedBytes }) => sum + movedBytes, 0);
	return {
		system,
		machines: machines.length,
		seconds,
		medianSeconds,
		floorSeconds: floor,
		timesFloor: seconds / floor,
		sourceMultiple: source.sentBytes / sizeBytes,
		payloadMultiple: sentPayloadBytes === null ? null : sentPayloadBytes / sizeBytes,
		sourceCpuSeconds: source.cpuSeconds,
		sourcePreparedCpuSeconds: source.preparedCpuSeconds,
		sourceCpuPerGiB: source.cpuSeconds / ((source.sentBytes + source.receivedBytes) / GIB),
		sourcePeakMiB: source.peakRssBytes / MIB,
		peerCpuSeconds: peerCpu / machines.length,
		peerCpuPerGiB: peerCpu / (peerBytes / GIB),
		busyPercent,
		ownPercent: (100 * (source.cpuSeconds + peerCpu)) / (seconds * cpus().length),
		groups: groupsOf(machines, { sizeBytes, sourceRate }),
	};
}

function groupsOf(
	machines: readonly MachineResult[],
	{ sizeBytes, sourceRate }: { sizeBytes: number; sourceRate: number },
): readonly GroupStanding[] {
	const rates = [...new Set(machines.map(({ rate }) => rate))];
	return rates.map((rate) => {
		const members = machines.filter((machine) => machine.rate === rate);
		const alone = floorSeconds(sizeBytes, { source: sourceRate, peers: members.map(() => rate) });
		const times = timesOf(members);
		return { rate, machines: members.length, ...times, timesFloor: times.seconds / alone };
	});
}

function timesOf(machines: readonly MachineResult[]): { seconds: number; medianSeconds: number } {
	const times = machines.map(({ seconds, isVerified }) => (isVerified ? seconds : null) ?? Number.POSITIVE_INFINITY);
	return { seconds: Math.max(...times), medianSeconds: median(times) };
}

/** The one in the middle by its last machine. */
export function medianStanding(standings: readonly Standing[]): Standing {
	const sorted = standings.toSorted((a, b) => a.seconds - b.seconds);
	const middle = sorted[Math.floor((sorted.length - 1) / 2)];
	if (!middle) throw new Error("no race was run");
	return middle;
}
