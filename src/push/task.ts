import type { DeliveryMethod, Outcome } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";
import type { PackageSpec, RebootSpec } from "../model/policy.ts";
import type { FactsStep, RebootStep, TaskRef } from "../model/step.ts";

export interface Task {
	readonly spec: PackageSpec;
	readonly ref: TaskRef;
	/** The rollout brings an earlier version back; absent: a newer one that is there stays. */
	readonly mayDowngrade?: true;
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
	/** The torrent for a machine that reaches us at `localAddress`; it holds the machine's token. */
	readonly torrent: (localAddress: string) => Promise<Uint8Array>;
	readonly sizeBytes: number;
	/** Awaited before the first byte moves. */
	readonly onChosen: (method: DeliveryMethod, because: string) => Promise<void>;
	/** A delivery that grows by no byte for this long is stopped. */
	readonly stallMs: number;
}

export type Scanned =
	| { readonly kind: "host_key"; readonly hostKey: HostKey }
	| { readonly kind: "failed"; readonly failure: Failure };
