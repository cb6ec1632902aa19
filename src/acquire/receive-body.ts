import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { BodyQueue } from "./body-queue.ts";
import type { Job } from "./job.ts";
import type { SpeedFloor } from "./speed-floor.ts";

export interface Receiving {
	readonly body: Readable;
	readonly file: FileHandle;
	/** Where in the file the body starts. */
	readonly offset: number;
	readonly sizeBytes: number | null;
	readonly floor: SpeedFloor;
}

/** ended: the file has its declared size, or the body ended and none was declared. */
export type BodyEnd =
	| { readonly kind: "ended" }
	| { readonly kind: "cut"; readonly detail: string }
	| { readonly kind: "too_long" };

/** Writes the body as it comes and stops at the cap. Throws only what the file system throws. */
export async function receiveBody(job: Job, { body, file, offset, sizeBytes, floor }: Receiving): Promise<BodyEnd> {
	const capBytes = sizeBytes ?? job.store.maxPackageBytes;
	const queue = new BodyQueue(body);
	let position = offset;
	for (;;) {
		const next = await queue.next();
		if (next.kind === "cut") return next;
		if (next.kind === "end") return endedAt(position, sizeBytes);
		job.meter.originBytes += next.chunk.length;
		floor.count(next.chunk.length);
		// What is not read stays at the source: the stream is paused, and then the connection.
		await floor.excuse(job.limit.take(next.chunk.length, job.signal));
		if (position + next.chunk.length > capBytes) return { kind: "too_long" };
		await writeAll(file, next.chunk, position);
		position += next.chunk.length;
		job.onProgress({ receivedBytes: position, sizeBytes });
	}
}

function endedAt(position: number, sizeBytes: number | null): BodyEnd {
	if (sizeBytes === null || position === sizeBytes) return { kind: "ended" };
	return { kind: "cut", detail: `the answer ended at byte ${position} of ${sizeBytes}` };
}

/** A write may be short, when the disk fills up. */
async function writeAll(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
	for (let written = 0; written < chunk.length; ) {
		const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
		written += bytesWritten;
	}
}
