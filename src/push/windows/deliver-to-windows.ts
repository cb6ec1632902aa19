import { linesOf } from "../ask.ts";
import { becauseOf, noWay, type PassedOver } from "../choose-delivery.ts";
import { askMachine, type Delivering } from "../delivering.ts";
import { type Failed, failed } from "../failed.ts";
import type { Pushed } from "../task.ts";
import { Drive } from "./drive.ts";
import { STATE } from "./shim.ts";

/** Of a stream that broke off, what may be missing before its end: more than is ever under way. */
const RESUME_BACK_BYTES = 4 * 1024 * 1024;
/** Left free on the machine beside the package. */
const HEADROOM_BYTES = 64 * 1024 * 1024;

/** Brings the package to a Windows machine's staging path, by SFTP. Errors: FS-SSH-*, FS-DELIVER-TOOL, -DISK, -FAILED, -STALLED. */
export async function deliverToWindows(delivering: Delivering): Promise<Pushed> {
	const { task, delivery } = delivering;
	const { sha256 } = task.spec;
	const begunAt = performance.now();
	const asked = await askMachine(delivering, { kind: "staging", sha256, sizeBytes: delivery.sizeBytes });
	if ("failure" in asked) return { outcome: asked };
	const said = new Map(linesOf(asked.answer).map(([name = "", value = ""]) => [name, value]));
	const durationMs = () => Math.round(performance.now() - begunAt);
	if (said.get("staged") === "yes") {
		const [method, because] = ["already_staged", "the staged file has the package's digest"] as const;
		await delivery.onChosen(method, because);
		return { outcome: { kind: "delivered", method, bytes: 0, durationMs: durationMs(), because } };
	}
	const passed = passedOver(delivering);
	if (!delivery.methods.includes("sftp")) return { outcome: noWay(task, passed) };
	const because = becauseOf({ because: "the SSH session itself can carry it" }, passed);
	await delivery.onChosen("sftp", because);
	const there = { at: Number(said.get("at")), freeBytes: Number(said.get("free")) * 1024 };
	const sent = await send(delivering, there);
	if ("failure" in sent) return { outcome: sent };
	const { bytes } = sent;
	const counted = { bytes, sourceBytes: bytes, peerBytes: 0 };
	return { outcome: { kind: "delivered", method: "sftp", because, durationMs: durationMs(), ...counted } };
}

function passedOver({ delivery: { methods } }: Delivering): readonly PassedOver[] {
	const others = methods.slice(0, methods.includes("sftp") ? methods.indexOf("sftp") : methods.length);
	return others.map((method) => ({ method, reason: "not on Windows" }));
}

async function send(delivering: Delivering, there: { readonly at: number; readonly freeBytes: number }) {
	const { session, task, delivery, turns, signal } = delivering;
	const { machine } = task.ref;
	const { sha256, name } = task.spec;
	const { sizeBytes, stallMs } = delivery;
	const what = `${machine}: ${name}`;
	if (!Number.isSafeInteger(there.at)) return failed("FS-DELIVER-FAILED", `${what}: its answer makes no sense`);
	const needed = sizeBytes + HEADROOM_BYTES - Math.min(there.at, sizeBytes);
	if (there.freeBytes < needed)
		return failed("FS-DELIVER-DISK", `${what}: ${mib(there.freeBytes)} free, ${mib(needed)} needed`);
	const stalled = new AbortController();
	const watch = setTimeout(() => stalled.abort(), stallMs);
	const sent = await turns.take(
		`${sha256} ${machine}`,
		signal,
		async (): Promise<{ readonly bytes: number } | Failed> => {
			const drive = await session.shim?.drive();
			if (!(drive instanceof Drive)) return drive ?? failed("FS-SSH-LOST", `${what}: the delivery was ended`);
			const from = Math.max(0, there.at - RESUME_BACK_BYTES);
			const writing = {
				signal: AbortSignal.any([signal, stalled.signal]),
				...(there.at > 0 ? { offsetBytes: from } : {}),
				onTaken: () => void watch.refresh(),
			};
			return drive.write(`${STATE}/incoming/${sha256}`, delivery.read(from), writing);
		},
	);
	clearTimeout(watch);
	if (sent === null) return failed("FS-SSH-LOST", `${what}: the delivery was ended`);
	if (stalled.signal.aborted && !signal.aborted)
		return failed("FS-DELIVER-STALLED", `${what}: no byte went through for ${Math.round(stallMs / 1000)} s`);
	return "failure" in sent ? sent : stageIt(delivering, sent);
}

async function stageIt(delivering: Delivering, sent: { readonly bytes: number }) {
	const { task, delivery } = delivering;
	const request = { kind: "stage", sha256: task.spec.sha256, sizeBytes: delivery.sizeBytes } as const;
	const asked = await askMachine(delivering, request);
	if ("failure" in asked) return asked;
	const [[answer] = []] = linesOf(asked.answer);
	if (answer === "staged") return sent;
	const why = answer === "refused" ? "what arrived is not the package; it was removed" : "the stream broke off";
	return failed("FS-DELIVER-FAILED", `${task.ref.machine}: ${task.spec.name}: ${why}`);
}

function mib(bytes: number): string {
	return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
