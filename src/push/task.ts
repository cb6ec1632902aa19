import type { Readable } from "node:stream";
import type { Outcome } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";
import type { DeliveryMethod, Hooks, PackageSpec, RebootSpec } from "../model/policy.ts";
import type { FactsStep, RebootStep, TaskRef } from "../model/step.ts";
import type { Rates } from "../model/traffic.ts";
import type { Failed } from "./failed.ts";

export interface Task {
	readonly spec: PackageSpec;
	readonly ref: TaskRef;
	/** The rollout brings an earlier version back; absent: a newer one that is there stays. */
	readonly mayDowngrade?: true;
	readonly hooks?: Hooks;
	/** Its job is stopped when it has printed more; absent: MAX_OUTPUT_BYTES. */
	readonly maxOutputBytes?: number;
}

export type FactsTask = Pick<FactsStep, "machine" | "policy">;

export interface RebootTask {
	readonly step: RebootStep;
	readonly reboot: RebootSpec;
	/** The clock of the step's deadline, ms since the epoch. */
	readonly now: () => number;
}

/** A job's output, as much of it as is kept: the first and the last 256 KiB. */
export interface JobOutput {
	readonly head: string;
	readonly tail: string;
	readonly totalBytes: number;
}

export interface Pushed {
	readonly outcome: Outcome;
	readonly output?: JobOutput;
}

export interface Delivery {
	/** The policy's order. */
	readonly methods: readonly DeliveryMethod[];
	/** The torrent for a machine that reaches us at `localAddress`; it holds the machine's token. Or why there is none. */
	readonly torrent: (localAddress: string) => Promise<Uint8Array | Failed>;
	/** Where the same machine gets the package by range requests; it holds the token, too. Or why it does not. */
	readonly url: (localAddress: string) => Promise<string | Failed>;
	/** What the machine may send and receive of it in a second now. */
	readonly rates: () => Rates;
	/** What the machine told our tracker that it has received of it; grows while a piece comes that is not on its disk yet. */
	readonly heardBytes: () => number;
	/** The package from a byte on, no faster than it may go. */
	readonly read: (offsetBytes: number) => Readable;
	/** The machine, by its host key, is at this address, whatever name led to it. */
	readonly onReached: (address: string) => void;
	readonly helperFor: (platform: Platform) => Promise<Helper | null>;
	readonly sizeBytes: number;
	/** Awaited before the first byte moves; again for each way that follows one that gave up. */
	readonly onChosen: (method: DeliveryMethod | "already_staged", because: string) => Promise<void>;
	/** A way by which no byte arrives for this long is given up. */
	readonly stallMs: number;
}

/** As uname(1) tells it, with -s and -m. */
export interface Platform {
	readonly system: string;
	readonly arch: string;
}

/** Our peer as one executable file. */
export interface Helper {
	/** Of the executable itself, hex. */
	readonly sha256: string;
	readonly sizeBytes: number;
	readonly gzipBytes: number;
	readonly readGzip: () => Readable;
}

export type Scanned =
	| { readonly kind: "host_key"; readonly hostKey: HostKey }
	| { readonly kind: "failed"; readonly failure: Failure };
