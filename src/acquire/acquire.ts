import { EnvHttpProxyAgent } from "undici";
import { type Acquired, download, stopped } from "./download.ts";
import { DownloadLimit } from "./download-limit.ts";
import type { Failed } from "./failed.ts";
import type { Job, Progress } from "./job.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { SharedDownload } from "./shared-download.ts";
import type { Store } from "./store.ts";

export interface AcquireRequest {
	/** 64 hex digits, lower case. */
	readonly sha256: string;
	/** http, https or file URLs: the source, then its mirrors, in the order they are tried. */
	readonly sources: readonly string[];
	readonly signal: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
	readonly limits?: Partial<Limits>;
	/** Shared by all downloads; files of the controller itself do not count. Default: no limit. */
	readonly limit?: DownloadLimit;
}

const running = new WeakMap<Store, Map<string, SharedDownload>>();

/**
 * Brings a package into the store, once: callers that ask for the same digest at the same time share one download (with the first
 * caller's sources), and bytes that an earlier call left are resumed. Answers, never rejects, on anything that a network, a source or
 * a disk does; aborting the signal answers `failed` (FS-ACQUIRE-NETWORK) and leaves what came for the next call.
 * Errors: FS-ACQUIRE-DIGEST, -SIZE, -HTTP, -NETWORK, -SLOW, -FILE, -DISK.
 */
export async function acquire(store: Store, request: AcquireRequest): Promise<Acquired | Failed> {
	const { sha256, signal } = request;
	const shared = running.get(store) ?? new Map<string, SharedDownload>();
	running.set(store, shared);
	for (let current = shared.get(sha256); current?.isStopping; current = shared.get(sha256)) await current.ended();
	if (signal.aborted) return stopped(sha256);
	const current = shared.get(sha256) ?? begin(store, request, shared);
	return current.join({ signal, onProgress: request.onProgress ?? (() => undefined) });
}

function begin(store: Store, request: AcquireRequest, shared: Map<string, SharedDownload>): SharedDownload {
	const { sha256 } = request;
	const begun = new SharedDownload(sha256, (signal, onProgress) =>
		run({ store, request, signal, onProgress }).finally(() => shared.delete(sha256)),
	);
	shared.set(sha256, begun);
	return begun;
}

async function run(part: {
	readonly store: Store;
	readonly request: AcquireRequest;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
}): Promise<Acquired | Failed> {
	const { store, request, signal, onProgress } = part;
	const { sha256, sources } = request;
	const limits = { ...DEFAULT_LIMITS, ...request.limits };
	// Honours http_proxy, https_proxy and no_proxy, as curl and apt do.
	const uplink = new EnvHttpProxyAgent({ connect: { timeout: limits.connectTimeoutMs } });
	const { limit = new DownloadLimit() } = request;
	const job: Job = { store, sha256, signal, limits, limit, uplink, onProgress, meter: { originBytes: 0 } };
	return download(job, sources).finally(() => uplink.destroy());
}
