import type { DeliveryMethod } from "../model/policy.ts";
import { linesOf } from "./ask.ts";
import { awaitTransport } from "./commands/await-transport.ts";
import { startTransport } from "./commands/start-transport.ts";
import { stopJob } from "./commands/stop-job.ts";
import { askMachine, type Delivering } from "./delivering.ts";
import { type Failed, failed } from "./failed.ts";
import { parseJobReport } from "./job-report.ts";
import type { Delivery, Pushed } from "./task.ts";

const LOOK_SECONDS = 10;
/** As slow as a disk and its processor may read a file for its digest. */
const READ_BYTES_PER_MS = 20_000;

export interface Transport {
	readonly method: Exclude<DeliveryMethod, "sftp">;
	/** Joins this one instead of starting another. */
	readonly runningKey?: string;
	/** Digest of the helper that it runs from. */
	readonly helper?: string;
}

/**
 * Runs a transport at the machine until the package is staged: a job that outlives the connection, and goes on seeding. Null: it is.
 * Errors: FS-SSH-*, FS-DISK-*, FS-DELIVER-FAILED, -STALLED.
 */
export async function runTransport(delivering: Delivering, transport: Transport): Promise<Pushed | null> {
	const key = transport.runningKey ?? (await start(delivering, transport));
	return typeof key === "string" ? watch(delivering, key) : { outcome: key };
}

async function start(delivering: Delivering, { method, helper }: Transport): Promise<string | Failed> {
	const { session, task, delivery, seedSeconds } = delivering;
	const { localAddress } = session;
	const source = await (method === "http" ? delivery.url : delivery.torrent)(localAddress);
	if (typeof source === "object" && "failure" in source) return source;
	const { sha256 } = task.spec;
	const { sizeBytes, rates } = delivery;
	const argv = startTransport({
		sha256,
		sizeBytes,
		method,
		seedSeconds,
		rates: rates(),
		...(helper ? { helper } : {}),
	});
	const asked = await askMachine(delivering, argv, typeof source === "string" ? Buffer.from(`${source}\n`) : source);
	return "failure" in asked ? asked : asked.answer.toString("utf8").trim();
}

async function watch(delivering: Delivering, key: string): Promise<Pushed | null> {
	const { task, delivery } = delivering;
	const { sha256 } = task.spec;
	const lookSeconds = Math.max(1, Math.min(LOOK_SECONDS, Math.floor(delivery.stallMs / 4000)));
	let [seen, heard, silentMs] = [-1, delivery.heardBytes(), 0];
	for (;;) {
		const lookedAt = performance.now();
		const asked = await askMachine(delivering, awaitTransport(sha256, key, lookSeconds));
		if ("failure" in asked) return { outcome: asked };
		const [[kind, kib, act] = []] = linesOf(asked.answer);
		if (kind === "staged") return null;
		if (kind === "full") return { outcome: full(delivering) };
		if (kind !== "running") return giveUp(delivering, key, asked.answer);
		// Nothing arrives while all that is there is read for its digest: minutes, of many GiB.
		const hasGrown = Number(kib) > seen || delivery.heardBytes() > heard || act === "checking";
		// Where the controller itself stood still, as one that is suspended, a look took longer than it looked.
		silentMs = hasGrown ? 0 : silentMs + Math.min(performance.now() - lookedAt, 2 * lookSeconds * 1000);
		if (hasGrown) [seen, heard] = [Number(kib), delivery.heardBytes()];
		if (silentMs >= patienceMs(delivery, seen)) return stalled(delivering, key, silentMs);
	}
}

/** Nothing grows, either, while what an earlier try left is read, before the rest of it is asked for. */
function patienceMs({ stallMs }: Delivery, kib: number): number {
	return stallMs + (kib * 1024) / READ_BYTES_PER_MS;
}

/** The transport is left to go on by itself, should there be room soon. */
function full({ task }: Delivering): Failed {
	const { machine, package: name } = task.ref;
	return failed(
		"FS-DISK-FULL",
		`${machine}: ${name}: the disk became full while it arrived; what is there stays, and the rest comes once there is room`,
	);
}

async function stalled(delivering: Delivering, key: string, silentMs: number): Promise<Pushed> {
	const { task } = delivering;
	await askMachine(delivering, stopJob(key));
	const seconds = Math.round(silentMs / 1000);
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
