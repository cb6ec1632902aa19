import { Cron } from "croner";

/**
 * Any fixed instant: a year is missing from the five fields, so what ever fires does so again within the 400 years of the
 * calendar's cycle. croner does call `new Date()` in nextRun, but does not use it when it is given a start.
 */
const REFERENCE = new Date(Date.UTC(2000, 0, 1));

/** Whether it is an IANA zone; offsets are refused, since they do not know of daylight saving. */
export function isTimeZone(timeZone: string): boolean {
	if (!/^[A-Za-z]/.test(timeZone) || /^(Etc\/)?(GMT|UTC)[+-]/i.test(timeZone)) return false;
	return succeeds(() => Intl.DateTimeFormat("en", { timeZone }));
}

/** Five fields; croner alone would take `@daily` and ISO dates as well. */
export function isCron(cron: string): boolean {
	return cron.trim().split(/\s+/).length === 5 && succeeds(() => parseCron(cron));
}

/** Whether a well-formed line names a date that exists. */
export function everFires(cron: string): boolean {
	return parseCron(cron).nextRun(REFERENCE) !== null;
}

function parseCron(cron: string): Cron {
	return new Cron(cron, { timezone: "UTC", paused: true, mode: "5-part" });
}

/** Both libraries say no by throwing. */
function succeeds(act: () => unknown): boolean {
	try {
		act();
		return true;
	} catch (error) {
		if (error instanceof Error) return false;
		throw error;
	}
}
