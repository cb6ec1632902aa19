import type { Figure } from "../figures.ts";
import type { Standing } from "./standing.ts";

const FLOOR_TIMES = 1.2;
const SOURCE_COPIES = 1.3;
const PEER_CPU = 4;
const SOURCE_CPU = 3;

/** What is promised of fleetseed in a race that nobody disturbs, beside the others of the same run. */
export function racePromises(
	standings: readonly Standing[],
	{ enforcesCpu }: { enforcesCpu: boolean },
): readonly Figure[] {
	const ours = standings.find(({ system }) => system === "fleetseed");
	if (!ours) return [];
	const others = standings.filter((standing) => standing !== ours);
	return [
		{
			what: "fleetseed, last machine",
			value: ours.timesFloor,
			unit: "x",
			atMost: FLOOR_TIMES,
			floor: { what: `${ours.floorSeconds.toFixed(2)} s`, value: 1 },
		},
		...others.map((other) => beside(ours, other)),
		{ what: "left the source's cable, of the package", value: ours.sourceMultiple, unit: "x", atMost: SOURCE_COPIES },
		{
			what: "a peer's CPU for what it moved",
			value: ours.peerCpuPerGiB,
			unit: "CPU s/GiB",
			...(enforcesCpu ? { atMost: PEER_CPU } : {}),
		},
		{
			what: "the source's CPU for what it moved",
			value: ours.sourceCpuPerGiB,
			unit: "CPU s/GiB",
			...(enforcesCpu ? { atMost: SOURCE_CPU } : {}),
		},
		{ what: "the source's CPU before the start, once", value: ours.sourcePreparedCpuSeconds, unit: "s" },
	];
}

/** Who never came to the end was not beaten, but badly run. */
function beside(ours: Standing, { system, seconds }: Standing): Figure {
	const isOver = Number.isFinite(seconds);
	const what = isOver ? `fleetseed beside ${system}` : `fleetseed beside ${system}, which never finished`;
	return { what, value: isOver ? ours.seconds / seconds : Number.NaN, unit: "x", atMost: 1 };
}
