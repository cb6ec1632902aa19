import { linesOf } from "./ask.ts";
import { appendPackage } from "./commands/append-package.ts";
import type { Delivering } from "./delivering.ts";
import { type Failed, failed } from "./failed.ts";
import { streamTo } from "./stream-to.ts";

/** Another way may have brought more of it since its facts were read, and another delivery meanwhile. */
const TRIES = 3;

/**
 * Sends the package through the SSH session, after what is there of its beginning: no subsystem, no program and no port is needed for it.
 * It ends with the connection. Answers the bytes that were sent. Errors: FS-SSH-*, FS-DISK-*, FS-DELIVER-FAILED, -STALLED.
 */
export async function appendThroughSession(
	delivering: Delivering,
	prefixBytes: number,
): Promise<{ readonly sentBytes: number } | Failed> {
	const { turns, task, signal } = delivering;
	const { machine } = task.ref;
	const turn = `${task.spec.sha256} ${machine}`;
	const appended = await turns.take(turn, signal, () => append(delivering, prefixBytes));
	return appended ?? failed("FS-SSH-LOST", `${machine}: the delivery was ended`);
}

async function append(delivering: Delivering, prefixBytes: number): Promise<{ readonly sentBytes: number } | Failed> {
	const { task, delivery } = delivering;
	const { sha256 } = task.spec;
	const { sizeBytes } = delivery;
	let offsetBytes = prefixBytes < sizeBytes ? prefixBytes : 0;
	for (let tries = 1; ; tries++) {
		const argv = appendPackage({ sha256, offsetBytes, sizeBytes });
		const streamed = await streamTo(delivering, argv, delivery.read(offsetBytes));
		if ("failure" in streamed) return streamed;
		const [[answer, at] = []] = linesOf(streamed.answer);
		if (answer === "staged") return { sentBytes: streamed.sentBytes };
		if (answer === "refused") return broken(delivering, "what arrived is not the package; it was removed");
		if (answer !== "moved" || tries === TRIES)
			return broken(delivering, answer === "short" ? "the stream broke off" : "another delivery writes the file");
		offsetBytes = Number(at);
		if (!Number.isSafeInteger(offsetBytes) || offsetBytes >= sizeBytes)
			return broken(delivering, "its answer makes no sense");
	}
}

function broken({ task }: Delivering, why: string): Failed {
	return failed("FS-DELIVER-FAILED", `${task.ref.machine}: ${task.spec.name}: ${why}`);
}
