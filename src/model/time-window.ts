export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface TimeWindow {
	readonly name: string;
	readonly days: readonly Weekday[];
	/** Wall-clock start in the time zone. */
	readonly startTime: { readonly hour: number; readonly minute: number };
	readonly durationMs: number;
	readonly timeZone: string;
}
