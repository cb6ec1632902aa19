/** With the zone: beside them are times of the windows', which have zones of their own. */
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const second = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const number = new Intl.NumberFormat();

export function timeText(at: string): string {
	return time.format(new Date(at));
}

/** This computer's: "Europe/Vienna". */
export const ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** On an axis of time: the day where one begins, else no more of the clock than the steps between its ticks are worth. */
export function tickText(at: Date, stepSeconds: number): string {
	const isMidnight = at.getHours() + at.getMinutes() + at.getSeconds() === 0;
	if (isMidnight || stepSeconds >= DAY_SECONDS) return day.format(at);
	return (stepSeconds < 60 ? second : hour).format(at);
}

const DAY_SECONDS = 86_400;

/** A sentence of the daemon's for the reader's clock: what it says in UTC is told as every other time is. */
export function localTimes(sentence: string): string {
	return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, timeText);
}

export function count(value: number): string {
	return number.format(value);
}

/** "1 machine", "5,000 machines" */
export function machineCount(value: number): string {
	return `${count(value)} machine${value === 1 ? "" : "s"}`;
}

export function bytes(value: number): string {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let [rest, unit] = [value, 0];
	for (; rest >= 1024 && unit < units.length - 1; unit += 1) rest /= 1024;
	return `${rest.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** "2 h 05 min", "04:10" under an hour; null: it is over. */
export function left(until: string, now: number): string | null {
	const seconds = Math.ceil((Date.parse(until) - now) / 1000);
	if (seconds <= 0) return null;
	const two = (value: number) => String(value).padStart(2, "0");
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
	return hours > 0 ? `${hours} h ${two(minutes)} min` : `${two(minutes)}:${two(seconds % 60)}`;
}

/** "4 h", "30 min", "1 h 30 min" */
export function duration(seconds: number): string {
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60)];
	const parts = [...(hours > 0 ? [`${hours} h`] : []), ...(minutes > 0 || hours === 0 ? [`${minutes} min`] : [])];
	return parts.join(" ");
}
