import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Policy } from "../model/policy.ts";

/** SHA-256, hex, over the content as JSON with sorted keys, so that the order of writing does not count. */
export function revisionOf(content: Omit<Policy, "revision">): string {
	return bytesToHex(sha256(utf8ToBytes(JSON.stringify(content, withSortedKeys))));
}

function withSortedKeys(_key: string, value: unknown): unknown {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
