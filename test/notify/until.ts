import { setTimeout as wait } from "node:timers/promises";

/** Waits for what must come; throws after half a minute. */
export async function until(isSo: () => boolean): Promise<void> {
	const deadline = performance.now() + 30_000;
	while (!isSo()) {
		if (performance.now() > deadline) throw new Error(`waited half a minute for: ${isSo}`);
		await wait(10);
	}
}
