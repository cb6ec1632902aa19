import { stablePercentile } from "./stable-hash.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A silent machine is tried all the same now and then: its multicast may be lost while sshd answers. */
export const SILENT_RETRY_MS = 5 * MINUTE;

/** Doubling from 5 s to 5 min, with up to a quarter of jitter that is a function of (who, failures), never of chance. */
export function backOffMs(failures: number, who: string): number {
	if (failures === 0) return 0;
	const base = Math.min(5 * SECOND * 2 ** (failures - 1), 5 * MINUTE);
	return jitteredMs(base, who, failures);
}

/** Up to a quarter more, so that what failed at once does not come back at once. */
export function jitteredMs(ms: number, who: string, turn: number): number {
	return Math.round(ms * (1 + stablePercentile(who, String(turn)) / 400));
}
