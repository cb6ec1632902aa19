import { stablePercentile } from "./stable-hash.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A silent machine is tried all the same now and then: its multicast may be lost while sshd answers. */
export const SILENT_RETRY_MS = 5 * MINUTE;

/** A full disk may have been cleared: it is looked at again after this time. */
export const ROOM_RETRY_MS = 60 * MINUTE;

/** Doubling from 5 s to 5 min, with up to a quarter of jitter that is a function of (who, failures), never of chance. */
export function backOffMs(failures: number, who: string): number {
	return doublingMs(failures, who, 5 * MINUTE);
}

/** The same up to 30 min for a machine out of reach; up to 2 h for one that will announce itself, which brings it back at once. */
export function contactBackOffMs(failures: number, who: string, announces: boolean): number {
	return doublingMs(failures, who, announces ? 120 * MINUTE : 30 * MINUTE);
}

function doublingMs(failures: number, who: string, mostMs: number): number {
	if (failures === 0) return 0;
	return jitteredMs(Math.min(5 * SECOND * 2 ** (failures - 1), mostMs), who, failures);
}

/** Up to a quarter more, so that what failed at once does not come back at once. */
export function jitteredMs(ms: number, who: string, turn: number): number {
	return Math.round(ms * (1 + stablePercentile(who, String(turn)) / 400));
}
