import { linesOf } from "./ask.ts";
import { receiveHelper } from "./commands/receive-helper.ts";
import type { Delivering } from "./delivering.ts";
import { type Failed, failed } from "./failed.ts";
import { streamTo } from "./stream-to.ts";
import type { Helper } from "./task.ts";

/** Sends our helper to the machine, which keeps it. Null: it is there. Errors: FS-SSH-*, FS-DISK-*, FS-DELIVER-DISK, -FAILED, -STALLED. */
export async function pushHelper(delivering: Delivering, helper: Helper): Promise<Failed | null> {
	const { turns, task, signal } = delivering;
	const { machine } = task.ref;
	const argv = receiveHelper(helper.sha256, helper.sizeBytes);
	const streamed = await turns.take(`helper ${machine}`, signal, () => streamTo(delivering, argv, helper.readGzip()));
	if (streamed === null) return failed("FS-SSH-LOST", `${machine}: the delivery was ended`);
	if ("failure" in streamed) return streamed;
	const [[answer, kib] = []] = linesOf(streamed.answer);
	switch (answer) {
		case "kept":
			return null;
		case "full":
			return failed(
				"FS-DELIVER-DISK",
				`${machine}: ${Math.floor(Number(kib) / 1024)} MiB free, too little for our helper`,
			);
		case "noexec":
			return failed(
				"FS-DISK-NOEXEC",
				`${machine}: no program runs from our folder, as on a file system mounted noexec`,
			);
		case "unusable":
			return failed("FS-DELIVER-FAILED", `${machine}: our helper does not run on the machine`);
		default:
			return failed("FS-DELIVER-FAILED", `${machine}: our helper arrived with another digest`);
	}
}
