import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** A number in [0, 100) that depends on the words alone: the same machine falls into the same share each time. */
export function stablePercentile(...words: readonly string[]): number {
	const digest = sha256(utf8ToBytes(words.join("\0")));
	const first32 = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
	return (first32 / 2 ** 32) * 100;
}
