type Unit =
	| "ms"
	| "us"
	| "s"
	| "MiB"
	| "MB/s"
	| "CPU s/GiB"
	| "x"
	| "%"
	| "pieces"
	| "bytes"
	| "machines"
	| "requests"
	| "lines"
	| "followers"
	| "errors"
	| "ports"
	| "connections";

/** One measured figure, what it is held against, and the floor that physics sets in the same run. */
export interface Figure {
	readonly what: string;
	readonly value: number;
	readonly unit: Unit;
	/** What it must not exceed, or must reach. */
	readonly atMost?: number;
	readonly atLeast?: number;
	readonly floor?: Floor;
}

export interface Floor {
	readonly what: string;
	/** In the figure's unit. */
	readonly value: number;
}

/** null: nothing is promised. */
export function isMet({ value, atMost, atLeast }: Figure): boolean | null {
	if (atMost === undefined && atLeast === undefined) return null;
	return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? 0);
}

/** How many times the floor. */
export function timesFloor({ value, floor }: Figure): number | null {
	return floor ? value / floor.value : null;
}

export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

/** `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How long it takes, ms: the best of three, since a floor is what the machine can do. */
export function floorMs(act: () => unknown): number {
	const times = Array.from({ length: 3 }, () => {
		const began = performance.now();
		act();
		return performance.now() - began;
	});
	return Math.min(...times);
}
