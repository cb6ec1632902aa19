import { ask, linesOf } from "./ask.ts";
import { chooseDelivery, parseDeliveryFacts } from "./choose-delivery.ts";
import { awaitTransport } from "./commands/await-transport.ts";
import { readDeliveryFacts } from "./commands/read-delivery-facts.ts";
import { startTransport } from "./commands/start-transport.ts";
import { stopJob } from "./commands/stop-job.ts";
import { type Failed, failed } from "./failed.ts";
import { parseJobReport, REPORT_BYTES } from "./job-report.ts";
import type { Session } from "./session.ts";
import type { Delivery, Pushed, Task } from "./task.ts";

/** The digest of a large file is read on the machine, twice at most. */
const SHORT_MS = 600_000;
const LOOK_SECONDS = 10;

export interface Delivering {
	readonly session: Session;
	readonly task: Task;
	readonly delivery: Delivery;
	readonly seedSeconds: number;
	readonly signal: AbortSignal;
}

/**
 * Brings the package to the machine's staging path by the best way that the machine has, which goes on seeding afterwards. Errors:
 * FS-SSH-*, FS-DELIVER-TOOL, -DISK, -FAILED, -STALLED.
 */
export async function deliverPackage(delivering: Delivering): Promise<Pushed> {
	const { task, delivery } = delivering;
	const begunAt = performance.now();
	const asked = await askMachine(delivering, readDeliveryFacts(task.spec.sha256));
	if ("failure" in asked) return { outcome: asked };
	const way = chooseDelivery(parseDeliveryFacts(linesOf(asked.answer)), task, delivery.sizeBytes);
	if ("failure" in way) return { outcome: way };
	await delivery.onChosen(way.method, way.because);
	if (way.method === "already_staged") return { outcome: delivered(way.method, 0, begunAt) };
	const key = way.runningKey ?? (await start(delivering, way.method));
	if (typeof key !== "string") return { outcome: key };
	const ended = await watch(delivering, key);
	return ended ?? { outcome: delivered(way.method, delivery.sizeBytes, begunAt) };
}

async function start(delivering: Delivering, method: "agent" | "aria2c"): Promise<string | Failed> {
	const { session, task, delivery, seedSeconds } = delivering;
	const torrent = await delivery.torrent(session.localAddress);
	const argv = startTransport({ sha256: task.spec.sha256, method, seedSeconds });
	const asked = await askMachine(delivering, argv, torrent);
	return "failure" in asked ? asked : asked.answer.toString("utf8").trim();
}

/** Null once the file is staged. */
async function watch(delivering: Delivering, key: string): Promise<Pushed | null> {
	const { task, delivery } = delivering;
	const { sha256 } = task.spec;
	const lookSeconds = Math.max(1, Math.min(LOOK_SECONDS, Math.floor(delivery.stallMs / 1000)));
	let [seen, grownAt] = [-1, performance.now()];
	for (;;) {
		const asked = await askMachine(delivering, awaitTransport(sha256, key, lookSeconds));
		if ("failure" in asked) return { outcome: asked };
		const [[kind, kib] = []] = linesOf(asked.answer);
		if (kind === "staged") return null;
		if (kind !== "running") return giveUp(delivering, key, asked.answer);
		if (Number(kib) > seen) [seen, grownAt] = [Number(kib), performance.now()];
		else if (performance.now() - grownAt >= delivery.stallMs) return stalled(delivering, key);
	}
}

async function stalled(delivering: Delivering, key: string): Promise<Pushed> {
	const { task, delivery } = delivering;
	await askMachine(delivering, stopJob(key));
	const seconds = Math.round(delivery.stallMs / 1000);
	const detail = `${task.ref.machine}: ${task.spec.name}: no byte arrived for ${seconds} s`;
	return { outcome: failed("FS-DELIVER-STALLED", detail) };
}

async function giveUp(delivering: Delivering, key: string, answer: Buffer): Promise<Pushed> {
	const { machine, package: name } = delivering.task.ref;
	const isRefused = answer.toString("latin1").startsWith("refused");
	if (isRefused) await askMachine(delivering, stopJob(key));
	const report = isRefused ? null : parseJobReport(answer.subarray(answer.indexOf("\n") + 1));
	const why = isRefused ? "what arrived is not the package; it was removed" : "the transport ended without the file";
	const outcome = failed("FS-DELIVER-FAILED", `${machine}: ${name}: ${why}`);
	return report ? { outcome, output: report.output } : { outcome };
}

function askMachine({ session, task, signal }: Delivering, argv: readonly string[], stdin?: Uint8Array) {
	const { machine } = task.ref;
	const asking = { session, signal, machine, timeoutMs: SHORT_MS, code: "FS-DELIVER-FAILED" } as const;
	return ask(argv, { ...asking, maxOutputBytes: REPORT_BYTES, ...(stdin ? { stdin } : {}) });
}

function delivered(method: "agent" | "aria2c" | "already_staged", bytes: number, begunAt: number) {
	return { kind: "delivered", method, bytes, durationMs: Math.round(performance.now() - begunAt) } as const;
}
