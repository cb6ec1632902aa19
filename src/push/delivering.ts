import type { ShimRequest } from "../model/shim.ts";
import { ask } from "./ask.ts";
import { REPORT_BYTES } from "./job-report.ts";
import type { Session } from "./session.ts";
import type { Delivery, Task } from "./task.ts";
import type { Turns } from "./turns.ts";

/** The digest of a large file is read on the machine, twice at most. */
const SHORT_MS = 600_000;

/** One delivery to one machine, while it goes on. */
export interface Delivering {
	readonly session: Session;
	readonly task: Task;
	readonly delivery: Delivery;
	readonly seedSeconds: number;
	readonly turns: Turns;
	readonly signal: AbortSignal;
}

/** Errors: FS-SSH-*, FS-DELIVER-FAILED. */
export function askMachine(
	{ session, task, signal }: Delivering,
	command: readonly string[] | ShimRequest,
	stdin?: Uint8Array,
) {
	const { machine } = task.ref;
	const asking = { session, signal, machine, timeoutMs: SHORT_MS, code: "FS-DELIVER-FAILED" } as const;
	return ask(command, { ...asking, maxOutputBytes: REPORT_BYTES, ...(stdin ? { stdin } : {}) });
}
