import { setTimeout as wait } from "node:timers/promises";
import type { StatusReport } from "../../src/console/cockpit.ts";
import type { Controller } from "./controller.ts";

/** What fails in passing is tried again after a minute. */
const DEADLINE_MS = 150_000;

/** The first status of which it holds; gives up in the end and says what it saw last. */
export async function until(
	controller: Controller,
	what: string,
	holds: (status: StatusReport) => boolean,
): Promise<StatusReport> {
	const deadline = performance.now() + DEADLINE_MS;
	for (;;) {
		const status = await controller.status();
		if (status && holds(status)) return status;
		if (performance.now() > deadline) throw new Error(`gave up waiting until ${what}: ${JSON.stringify(status)}`);
		await wait(50);
	}
}
