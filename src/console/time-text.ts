/** ISO 8601, UTC. */
export function iso(at: number): string {
	return new Date(at).toISOString();
}

export function isoOrNull(at: number | null | undefined): string | null {
	return at === null || at === undefined ? null : iso(at);
}

/** "2026-11-28 02:00 Europe/Budapest" */
export function timeText(at: number, timeZone: string): string {
	const wall = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
	return `${wall.format(at)} ${timeZone}`;
}

/** "2026-11-28 01:00Z", of ISO 8601 */
export function minute(at: string): string {
	return `${at.slice(0, 16).replace("T", " ")}Z`;
}
