import type { SwarmPackage } from "../console/cockpit.ts";

type Sample = SwarmPackage["samples"][number];

export interface Rates {
	/** Seconds since the epoch, evenly spaced. */
	readonly at: readonly number[];
	/** Bytes per second: all that arrived, and what of it the controller sent. */
	readonly received: readonly number[];
	readonly source: readonly number[];
}

/** Machines tell the tracker every few seconds how far they are: shorter than that a rate says nothing. */
const OVER_SECONDS = 6;
const MOST_POINTS = 400;

interface Point {
	readonly at: number;
	readonly received: number;
	readonly source: number;
}

/** How fast bytes moved, over the last few seconds at each moment, from when the first moved until the last did. */
export function ratesOf(samples: readonly Sample[]): Rates {
	const points = samples.map((each): Point => {
		return { at: Date.parse(each.at) / 1000, received: each.received_bytes, source: each.source_bytes };
	});
	const isMoved = ({ received, source }: Point, index: number) =>
		index > 0 && (received !== points[index - 1]?.received || source !== points[index - 1]?.source);
	const [first, last] = [points.findIndex(isMoved), points.findLastIndex(isMoved)];
	const [start, end] = [points[first - 1]?.at, points[last]?.at];
	if (start === undefined || end === undefined) return { at: [], received: [], source: [] };
	const every = Math.max(1, Math.ceil((end + OVER_SECONDS - start) / MOST_POINTS));
	const at: number[] = [];
	for (let time = start; time <= end + OVER_SECONDS; time += every) at.push(time);
	const rate = (key: "received" | "source") =>
		at.map((time) => (sumAt(points, time, key) - sumAt(points, time - OVER_SECONDS, key)) / OVER_SECONDS);
	return { at, received: rate("received"), source: rate("source") };
}

/** Between two points it rises evenly. */
function sumAt(points: readonly Point[], time: number, key: "received" | "source"): number {
	const next = points.findIndex(({ at }) => at > time);
	const before = points.at(next === -1 ? -1 : next - 1);
	const after = points[next];
	if (next === 0 || !before) return points[0]?.[key] ?? 0;
	if (!after) return before[key];
	return before[key] + ((after[key] - before[key]) * (time - before.at)) / (after.at - before.at);
}
