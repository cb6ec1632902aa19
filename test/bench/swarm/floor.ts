export interface Links {
	/** Bits a second, both ways. */
	readonly source: number;
	readonly peers: readonly number[];
}

/**
 * Seconds below which nobody can bring a file from one source to all peers, in raw bits: the source sends each bit once,
 * the slowest peer receives each, and together they upload as many copies as there are peers (Kumar & Ross 2006).
 */
export function floorSeconds(sizeBytes: number, { source, peers }: Links): number {
	const bits = sizeBytes * 8;
	const uploads = peers.reduce((sum, rate) => sum + rate, source);
	return Math.max(bits / source, bits / Math.min(...peers), (peers.length * bits) / uploads);
}
