import type { Rates } from "../model/traffic.ts";

/**
 * The time below which nobody can bring a package from one source to all receivers: the source sends each byte once, the slowest receiver
 * takes each, and together they send as many copies as there are receivers (Kumar & Ross 2006). Null: a rate that counts is not known.
 */
export function floorMs({
	sizeBytes,
	source,
	receivers,
}: {
	readonly sizeBytes: number;
	/** Bytes per second. */
	readonly source: number | null;
	readonly receivers: readonly Rates[];
}): number | null {
	const downs = receivers.map(({ down }) => down);
	if (source === null || !downs.every((down) => down !== null)) return null;
	// One that may send as fast as it likes never makes the others wait.
	const together = receivers.reduce((sum, { up }) => sum + (up ?? Number.POSITIVE_INFINITY), source);
	const seconds = [1 / source, 1 / Math.min(...downs), receivers.length / together];
	return sizeBytes * Math.max(...seconds) * 1000;
}

/** What a link lets through under a limit; null: neither is known. */
export function slower(link: number | null, limit: number | null): number | null {
	return link === null || limit === null ? (link ?? limit) : Math.min(link, limit);
}
