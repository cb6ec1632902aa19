/** When a source is given up. A source slower than the floor over a whole window is left for the next mirror. */
export interface Limits {
	readonly floorBytesPerSecond: number;
	readonly floorWindowMs: number;
	readonly connectTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = { floorBytesPerSecond: 1024, floorWindowMs: 60_000, connectTimeoutMs: 15_000 };
