import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { acquire } from "../../src/acquire/acquire.ts";
import { Store } from "../../src/acquire/store.ts";

export const SIZE = 1_000_000;
export const content = randomBytes(SIZE);
export const sha256 = digest(content);

export function digest(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** A store in a folder of its own that goes away with the test. */
export async function openStore(maxPackageBytes = 10_000_000) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-store-"));
	const store = new Store({ folder, maxPackageBytes });
	await store.start();
	return { folder, store, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export const LIMITS = { floorBytesPerSecond: 1000, floorWindowMs: 5000, connectTimeoutMs: 2000 };

/** acquire() of `content` from the sources, with limits that suit a test. */
export function fetchContent(store: Store, ...sources: readonly string[]) {
	return acquire(store, { sha256, sources, signal: AbortSignal.timeout(20_000), limits: LIMITS });
}
