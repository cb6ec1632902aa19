import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition; throws after ten seconds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
	const deadline = performance.now() + 10_000;
	while (!(await holds())) {
		if (performance.now() > deadline) throw new Error(`waited ten seconds for: ${holds}`);
		await delay(20);
	}
}
