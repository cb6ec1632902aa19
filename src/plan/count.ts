import type { Count } from "../model/policy.ts";

/** How many a count means among `of` machines; a percentage is rounded up, so it is never none of some. */
export function resolveCount(count: Count, of: number): number {
	return count.kind === "absolute" ? count.value : Math.ceil((count.value * of) / 100);
}
