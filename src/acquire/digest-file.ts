import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** SHA-256 of what is on the disk, 64 hex digits. Reading it again costs less than a second per gigabyte and trusts no state. */
export async function digestFile(path: string, signal: AbortSignal): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk);
	return hash.digest("hex");
}
