import { statfs } from "node:fs/promises";
import type { Failure } from "../model/failure.ts";
import type { Job } from "./job.ts";

/** Left free for the journal and the machine itself. */
const MARGIN_BYTES = 16 * 1024 * 1024;

/** Refuses, before it starts, a download for which there is no room. Null: there is room. */
export async function lackOfSpace({ store }: Job, neededBytes: number): Promise<Failure | null> {
	const { bavail, bsize } = await statfs(store.folder);
	const freeBytes = bavail * bsize;
	if (neededBytes + MARGIN_BYTES <= freeBytes) return null;
	return {
		code: "FS-ACQUIRE-DISK",
		detail: `${store.folder}: ${neededBytes} bytes are still to come and ${freeBytes} are free`,
	};
}
