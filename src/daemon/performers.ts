import type { KeyObject } from "node:crypto";
import type { DownloadLimit } from "../acquire/download-limit.ts";
import type { Progress } from "../acquire/job.ts";
import type { Store } from "../acquire/store.ts";
import type { Event } from "../model/event.ts";
import type { Policy } from "../model/policy.ts";
import type { MachineStep } from "../model/step.ts";
import type { Settings } from "../policy/parse-settings.ts";
import type { Pusher, Target, Task } from "../push/pusher.ts";
import type { Journal } from "../record/journal.ts";
import type { Pace } from "../swarm/pace.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { HelperFiles } from "./helper-files.ts";
import type { Known } from "./known.ts";
import type { Ledger } from "./ledger.ts";
import type { TrafficControl } from "./traffic-control.ts";

/** What it takes to do a step. */
export interface Performers {
	readonly ledger: Ledger;
	readonly journal: Journal;
	readonly store: Store;
	readonly swarm: Swarm;
	readonly helpers: HelperFiles;
	readonly pusher: Pusher;
	readonly settings: Settings;
	readonly known: () => Known;
	readonly secret: KeyObject;
	readonly downloadLimit: DownloadLimit;
	readonly limitsOf: TrafficControl["limitsOf"];
	/** Holds what goes through SSH, all of it together, to the controller's own limit. */
	readonly uplink: Pace;
	readonly now: () => number;
	readonly record: (events: readonly Event[]) => void;
	/** A machine that was told from all others by its host key is at this address. */
	readonly onReached: (machine: string, address: string) => void;
	/** The way that a delivery goes from now on, and why. */
	readonly onWay: (machine: string, sha256: string, way: string) => void;
	readonly onAcquiring: (sha256: string, progress: Progress) => void;
	/** What the tracker heard from the machine, in all. */
	readonly receivedBytes: (machine: string, sha256: string) => number;
	/** What the swarm has told that it sent to the machine. */
	readonly sentBytes: (machine: string, sha256: string) => number | undefined;
}

/** A step on a machine, with what it is about. */
export interface Push {
	readonly step: MachineStep;
	readonly policy: Policy;
	readonly target: Target;
	readonly task: Task;
	readonly signal: AbortSignal;
}
