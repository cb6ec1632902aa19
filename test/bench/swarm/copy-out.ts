import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Payload } from "./system.ts";

const BLOCK_BYTES = 16 * 1024;
const SAMPLE_BYTES = 16;

/**
 * Tells from the disks alone whether the machines hold, together, every piece: no engine has to be asked. A piece counts
 * for a machine when the end of each of its blocks is there; what was not written yet reads as zeros.
 */
export async function watchCopy({ file, sizeBytes }: Payload, { pieceBytes }: { pieceBytes: number }) {
	const content = await readFile(file);
	const missing = new Set(Array.from({ length: Math.ceil(sizeBytes / pieceBytes) }, (_, index) => index));
	const buffer = Buffer.alloc(SAMPLE_BYTES);
	const holds = (fd: number, piece: number) => {
		const pieceEnd = Math.min(sizeBytes, (piece + 1) * pieceBytes);
		for (let start = piece * pieceBytes; start < pieceEnd; start += BLOCK_BYTES) {
			const at = Math.min(start + BLOCK_BYTES, pieceEnd) - SAMPLE_BYTES;
			if (readSync(fd, buffer, 0, SAMPLE_BYTES, at) < SAMPLE_BYTES) return false;
			if (!content.subarray(at, at + SAMPLE_BYTES).equals(buffer)) return false;
		}
		return true;
	};
	return {
		/** Looks into the machines' folders; the share of the pieces that they hold together, 0 to 1. */
		look(folders: readonly string[]): number {
			for (const path of folders.flatMap(filesIn)) {
				const fd = openSync(path, "r");
				for (const piece of missing) if (holds(fd, piece)) missing.delete(piece);
				closeSync(fd);
			}
			return 1 - missing.size / Math.ceil(sizeBytes / pieceBytes);
		},
	};
}

function filesIn(folder: string): readonly string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}
