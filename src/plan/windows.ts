import type { MaintenanceWindow } from "../model/policy.ts";
import type { TimeWindow } from "../model/time-window.ts";
import { type Firings, firingsAround } from "./firings.ts";

export type WindowState =
	/** `closesAt`: no install starts from then on (the cutoff is taken off); null: there are no windows. */
	| {
			readonly isOpen: true;
			readonly name: string | null;
			/** null: it has always been open. */
			readonly openedAt: number | null;
			readonly closesAt: number | null;
	  }
	| { readonly isOpen: false; readonly name: string; readonly opensAt: number; readonly timeZone: string };

/** When installs and when reboots may start. */
export interface Windows {
	readonly install: WindowState;
	readonly reboot: WindowState;
}

/** Whether an install may start at `now`; a policy without windows may install at any time. */
export function windowState(windows: readonly MaintenanceWindow[], now: number): WindowState {
	const openings = windows.map((window) => opening(window, now));
	const open = openings
		.filter((each) => each.startsUntil !== null)
		.sort((a, b) => Number(b.startsUntil) - Number(a.startsUntil))[0];
	if (open) return { isOpen: true, name: open.window.name, openedAt: open.openedAt, closesAt: open.startsUntil };
	const next = openings.sort((a, b) => a.opensAt - b.opensAt)[0];
	if (!next) return { isOpen: true, name: null, openedAt: null, closesAt: null };
	return { isOpen: false, name: next.window.name, opensAt: next.opensAt, timeZone: next.window.timeZone };
}

/** Whether the window is open at `now`, and when that changes; null: never. */
export function windowSpan(
	window: TimeWindow,
	now: number,
): { readonly isOpen: boolean; readonly changesAt: number | null } {
	const { past, next } = firingsOf(window, now);
	const endsAt = past[0] === undefined ? now : past[0] + window.durationMs;
	return endsAt > now ? { isOpen: true, changesAt: endsAt } : { isOpen: false, changesAt: next };
}

interface Opening {
	readonly window: MaintenanceWindow;
	readonly openedAt: number | null;
	/** Until when installs may start, if they may now. */
	readonly startsUntil: number | null;
	readonly opensAt: number;
}

function opening(window: MaintenanceWindow, now: number): Opening {
	const { past, next } = firingsOf(window, now);
	const started = past[0];
	const until = started === undefined ? null : startsUntil(window, started);
	return {
		window,
		openedAt: started ?? null,
		startsUntil: until !== null && now < until ? until : null,
		opensAt: next ?? Number.POSITIVE_INFINITY,
	};
}

/** Of the opening that began then: nothing starts from the cutoff on. */
export function startsUntil({ durationMs, cutoffMs }: MaintenanceWindow, openedAt: number): number {
	return openedAt + durationMs - cutoffMs;
}

/** The cron line by which it opens. */
export function lineOf({ startTime: { hour, minute }, days }: TimeWindow): string {
	return `${minute} ${hour} * * ${days.join(",")}`;
}

function firingsOf(window: TimeWindow, now: number): Firings {
	return firingsAround(window, { line: lineOf(window), timeZone: window.timeZone }, now);
}
