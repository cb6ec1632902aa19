import { Cron } from "croner";
import type { Span } from "./span.ts";

/** When a cron line fires round about a moment: up to twelve times before it (the latest first) or at it, and the next one after. */
export interface Firings {
	readonly past: readonly number[];
	readonly next: number | null;
}

const KEPT = 12;

/**
 * Looking up a line's firings costs a hundred times more than comparing two numbers, and the answer holds until the next
 * one. Kept with its owner (a schedule, a window), so that the answer stays a function of owner and moment.
 */
const known = new WeakMap<object, { readonly cron: Cron; firings: Firings }>();

/** `owner`: the frozen piece of policy that the line and zone come from. A run in the hour that spring skips moves to the first existing minute; one in the hour that comes twice fires once. */
export function firingsAround(
	owner: object,
	{ line, timeZone }: { line: string; timeZone: string },
	now: number,
): Firings {
	const kept = known.get(owner) ?? { cron: new Cron(line, { timezone: timeZone, paused: true }), firings: NONE };
	if (!holds(kept.firings, now)) kept.firings = lookUp(kept.cron, now);
	known.set(owner, kept);
	return kept.firings;
}

/** When a cron line fires within the span, and not at its beginning; the earliest ones, where they are more than asked for. */
export function firingsWithin(
	{ line, timeZone }: { readonly line: string; readonly timeZone: string },
	{ from, until }: Span,
	most: number,
): readonly number[] {
	const cron = new Cron(line, { timezone: timeZone, paused: true });
	const found: number[] = [];
	for (let next = cron.nextRun(new Date(from)); next && found.length < most; next = cron.nextRun(next)) {
		if (next.getTime() >= until) break;
		found.push(next.getTime());
	}
	return found;
}

const NONE: Firings = { past: [], next: Number.NEGATIVE_INFINITY };

function holds({ past, next }: Firings, now: number): boolean {
	return (past[0] ?? Number.POSITIVE_INFINITY) <= now && (next === null || now < next);
}

function lookUp(cron: Cron, now: number): Firings {
	const past = cron.previousRuns(KEPT, new Date(now + 1)).map((run) => run.getTime());
	return { past, next: cron.nextRun(new Date(now))?.getTime() ?? null };
}
