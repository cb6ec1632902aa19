import type { Dispatcher } from "undici";
import type { Failure } from "../model/failure.ts";
import type { DownloadLimit } from "./download-limit.ts";
import type { Limits } from "./limits.ts";
import type { Store } from "./store.ts";

/** `sizeBytes` is null while no source has declared it. `receivedBytes` counts what an earlier call brought too. */
export interface Progress {
	readonly receivedBytes: number;
	readonly sizeBytes: number | null;
}

/** One download of one package, over all its sources. */
export interface Job {
	readonly store: Store;
	readonly sha256: string;
	readonly signal: AbortSignal;
	readonly limits: Limits;
	readonly limit: DownloadLimit;
	readonly uplink: Dispatcher;
	readonly onProgress: (progress: Progress) => void;
	/** Body bytes that crossed the uplink, over all sources and tries. */
	readonly meter: { originBytes: number };
}

/** whole: every byte came from this source in one response. pieced: some came from elsewhere, or from an earlier response. */
export type SourceResult =
	| { readonly kind: "whole" }
	| { readonly kind: "pieced" }
	| { readonly kind: "failed"; readonly failure: Failure };
