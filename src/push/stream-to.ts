import { type Readable, Transform } from "node:stream";
import { ask } from "./ask.ts";
import type { Delivering } from "./delivering.ts";
import { type Failed, failed } from "./failed.ts";

/** Even a slow link has carried it by then. */
const LONGEST_MS = 24 * 3_600_000;

export interface Streamed {
	readonly answer: Buffer;
	readonly sentBytes: number;
}

/**
 * Sends the stream to a command at the machine, no faster than it is taken. Errors: FS-SSH-*, FS-DISK-*, FS-DELIVER-FAILED, and -STALLED when nothing
 * is taken for a while.
 */
export async function streamTo(
	delivering: Delivering,
	argv: readonly string[],
	source: Readable,
): Promise<Streamed | Failed> {
	const { session, signal, task, delivery } = delivering;
	const { machine } = task.ref;
	const stalled = new AbortController();
	const { metered, sentBytes } = meter(source, delivery.stallMs, stalled);
	const ending = AbortSignal.any([signal, stalled.signal]);
	const asking = { session, machine, signal: ending, timeoutMs: LONGEST_MS, code: "FS-DELIVER-FAILED" } as const;
	const asked = await ask(argv, { ...asking, stdin: metered });
	source.destroy();
	const what = `${machine}: ${task.spec.name}`;
	if (!("failure" in asked)) return { answer: asked.answer, sentBytes: sentBytes() };
	if (metered.errored)
		return failed("FS-DELIVER-FAILED", `${what}: it cannot be read here: ${metered.errored.message}`);
	if (!stalled.signal.aborted || signal.aborted) return asked;
	const seconds = Math.round(delivery.stallMs / 1000);
	return failed("FS-DELIVER-STALLED", `${what}: no byte went through for ${seconds} s`);
}

/** Counts what passes, and aborts when nothing has for a while. From the last byte on it is the machine that is at work. */
function meter(source: Readable, stallMs: number, stalled: AbortController) {
	const watch = setTimeout(() => stalled.abort(), stallMs);
	let bytes = 0;
	const metered = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			bytes += chunk.length;
			watch.refresh();
			done(null, chunk);
		},
	});
	metered.on("close", () => clearTimeout(watch)).on("end", () => clearTimeout(watch));
	// The channel, which listens to it, need not stand yet.
	metered.on("error", () => undefined);
	source.on("error", (error) => metered.destroy(error)).pipe(metered);
	return { metered, sentBytes: () => bytes };
}
