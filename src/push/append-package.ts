import { linesOf } from "./ask.ts";
import { appendPackage, prepareAppend } from "./commands/append-package.ts";
import { askMachine, type Delivering } from "./delivering.ts";
import { type Failed, failed } from "./failed.ts";
import { streamTo } from "./stream-to.ts";

/**
 * Sends the package through the SSH session, from the byte on that is there: no subsystem, no program and no port is needed for it.
 * It ends with the connection. Answers the bytes that were sent. Errors: FS-SSH-*, FS-DELIVER-FAILED, -STALLED.
 */
export async function appendThroughSession(delivering: Delivering): Promise<{ readonly sentBytes: number } | Failed> {
	const { turns, task, signal } = delivering;
	const { machine } = task.ref;
	const appended = await turns.take(`${task.spec.sha256} ${machine}`, signal, () => append(delivering));
	return appended ?? failed("FS-SSH-LOST", `${machine}: the delivery was ended`);
}

async function append(delivering: Delivering): Promise<{ readonly sentBytes: number } | Failed> {
	const { task, delivery } = delivering;
	const { sha256 } = task.spec;
	const { sizeBytes } = delivery;
	const asked = await askMachine(delivering, prepareAppend(sha256, sizeBytes));
	if ("failure" in asked) return asked;
	const [[, at] = []] = linesOf(asked.answer);
	const offsetBytes = Number(at);
	if (!Number.isSafeInteger(offsetBytes) || offsetBytes >= sizeBytes)
		return broken(delivering, "its answer makes no sense");
	const argv = appendPackage({ sha256, offsetBytes, sizeBytes });
	const streamed = await streamTo(delivering, argv, delivery.read(offsetBytes));
	if ("failure" in streamed) return streamed;
	const [[answer] = []] = linesOf(streamed.answer);
	if (answer === "staged") return { sentBytes: streamed.sentBytes };
	if (answer === "refused") return broken(delivering, "what arrived is not the package; it was removed");
	return broken(delivering, answer === "short" ? "the stream broke off" : "another delivery writes the file");
}

function broken({ task }: Delivering, why: string): Failed {
	return failed("FS-DELIVER-FAILED", `${task.ref.machine}: ${task.spec.name}: ${why}`);
}
