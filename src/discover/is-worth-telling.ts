import { type Entry, isSameSighting, type Sighting } from "./machine-entry.ts";

/** Two of our queries went by unanswered. */
export const SILENCE_MS = 45_000;
/** Said unasked after so long a pause, it is an announcement and not the tail of an answer to someone else. */
const PAUSE_MS = 5000;
const REPEAT_MS = 5000;
const REFRESH_MS = 30_000;
const CHANGE_MS = 1000;

/**
 * Whether the core should hear of a machine that was just heard: it is new, it changed, or it came back. All have a least distance,
 * so that no answer to our own queries, and nobody who announces without end, floods the journal. `heardBeforeAt` is the time
 * it was last heard before now.
 */
export function isWorthTelling(
	entry: Entry,
	sighting: Sighting,
	now: { readonly ms: number; readonly heardBeforeAt: number; readonly isAnswer: boolean },
): boolean {
	if (entry.told === null) return true;
	const sinceToldMs = now.ms - entry.told.at;
	if (!isSameSighting(entry.told.sighting, sighting)) return sinceToldMs >= CHANGE_MS;
	const pauseMs = now.ms - now.heardBeforeAt;
	const isBack = pauseMs >= SILENCE_MS || (!now.isAnswer && pauseMs >= PAUSE_MS);
	return sinceToldMs >= (isBack ? REPEAT_MS : REFRESH_MS);
}
