/** In Budapest it is one in the morning. */
export const START = Date.parse("2026-11-23T00:00:00Z");

export function machineNames(count: number): readonly string[] {
	return Array.from({ length: count }, (_, index) => `m${String(index).padStart(2, "0")}`);
}
