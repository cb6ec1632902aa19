import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Failed, failed } from "./failed.ts";
import { lackOfSpace } from "./free-space.ts";
import type { Job, SourceResult } from "./job.ts";
import { discardPartial, openPartial } from "./partial-file.ts";

/** Copies a file:// source into the partial file, from byte 0: a local copy is not worth resuming. Nothing crosses the uplink. */
export async function copyFile(job: Job, source: string): Promise<SourceResult> {
	const opened = await openSource(source);
	if (opened.kind === "failed") return opened;
	try {
		const lack = await lackOfSpace(job, Math.min(opened.sizeBytes, job.store.maxPackageBytes));
		if (lack) return { kind: "failed", failure: lack };
		return await copy(job, source, opened);
	} finally {
		await opened.file.close();
	}
}

interface Opened {
	readonly kind: "opened";
	readonly file: FileHandle;
	readonly sizeBytes: number;
}

async function openSource(source: string): Promise<Opened | Failed> {
	let file: FileHandle | undefined;
	try {
		// O_NONBLOCK: opening a named pipe would wait for its writer.
		file = await open(fileURLToPath(source), constants.O_RDONLY | constants.O_NONBLOCK);
		const found = await file.stat();
		if (found.isFile()) return { kind: "opened", file, sizeBytes: found.size };
	} catch (error) {
		await file?.close();
		return failed("FS-ACQUIRE-FILE", `${source}: ${error instanceof Error ? error.message : String(error)}`);
	}
	await file.close();
	return failed("FS-ACQUIRE-FILE", `${source} is not a regular file`);
}

async function copy(job: Job, source: string, { file, sizeBytes }: Opened): Promise<SourceResult> {
	const { maxPackageBytes } = job.store;
	if (sizeBytes > maxPackageBytes)
		return failed("FS-ACQUIRE-SIZE", `${source} has ${sizeBytes} bytes; at most ${maxPackageBytes} are accepted`);
	const partial = await openPartial(job, 0, { source, validator: null, sizeBytes });
	try {
		let receivedBytes = 0;
		// A file that is still growing is read up to the size it had; the digest says whether that was all.
		const end = Math.max(sizeBytes - 1, 0);
		for await (const chunk of file.createReadStream({
			end,
			autoClose: false,
			signal: job.signal,
			highWaterMark: 1 << 20,
		})) {
			await partial.writeFile(chunk);
			receivedBytes += chunk.length;
			job.onProgress({ receivedBytes, sizeBytes });
		}
		return { kind: "whole" };
	} catch (error) {
		await discardPartial(job);
		throw error;
	} finally {
		await partial.close();
	}
}
