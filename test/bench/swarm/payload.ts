import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Payload } from "./system.ts";

const CHUNK_BYTES = 2 ** 20;

/** A file of random bytes, which nobody can compress. */
export async function makePayload(file: string, sizeBytes: number): Promise<Payload> {
	const hash = createHash("sha256");
	const handle = await open(file, "wx");
	for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES) {
		const bytes = randomBytes(Math.min(left, CHUNK_BYTES));
		hash.update(bytes);
		await handle.write(bytes);
	}
	await handle.close();
	return { file, sizeBytes, sha256: hash.digest("hex") };
}

/** Null: it is not there. */
export async function sha256Of(file: string): Promise<string | null> {
	const hash = createHash("sha256");
	const isRead = await pipeline(createReadStream(file), hash).then(
		() => true,
		() => false,
	);
	return isRead ? hash.digest("hex") : null;
}
