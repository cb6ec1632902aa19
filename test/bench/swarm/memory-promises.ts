import type { Figure } from "../figures.ts";
import { slopeOf } from "./slope.ts";

const AT_MOST_MIB = 256;
/** A package of some MiB that were held would be several times as much; a heap that fills before it is collected is less. */
const GROWTH_MIB = 1;

/** What is promised of the swarm process over deliveries: `heldMiB` after each, `peakMiB` at any time. */
export function deliveryPromises(heldMiB: readonly number[], peakMiB: number): readonly Figure[] {
	const settled = heldMiB.slice(Math.floor(heldMiB.length / 2));
	const slope = slopeOf(settled);
	return [
		{
			what: `swarm process, the most over ${heldMiB.length} deliveries`,
			value: peakMiB,
			unit: "MiB",
			atMost: AT_MOST_MIB,
		},
		{ what: "after the first delivery", value: heldMiB[0] ?? 0, unit: "MiB" },
		{ what: "after the last delivery", value: heldMiB.at(-1) ?? 0, unit: "MiB" },
		{ what: "more for each delivery, over all of them", value: slopeOf(heldMiB), unit: "MiB" },
		{
			what: "more for each delivery, over the second half",
			// Less is not promised.
			value: Math.max(0, slope),
			unit: "MiB",
			atMost: GROWTH_MIB,
		},
	];
}

export interface CrowdSeen {
	readonly peers: number;
	readonly packages: number;
	readonly greeted: number;
	readonly connected: number;
	readonly contentMiB: number;
	readonly peakMiB: number;
}

/** What is promised of it in a crowd, which has to be there for that, and to have got all of every package at least once. */
export function crowdPromises(
	{ peers, packages, greeted, connected, contentMiB, peakMiB }: CrowdSeen,
	packageMiB: number,
): readonly Figure[] {
	const of = `${peers} peers with ${packages} packages`;
	const all = peers * packages;
	return [
		{ what: `swarm process, the most with ${of}`, value: peakMiB, unit: "MiB", atMost: AT_MOST_MIB },
		{ what: `${of}: connections that were greeted`, value: greeted, unit: "connections", atLeast: all },
		{ what: `${of}: connections in the end`, value: connected, unit: "connections", atLeast: all },
		{ what: `${of}: content sent to them`, value: contentMiB, unit: "MiB", atLeast: packages * packageMiB },
	];
}
