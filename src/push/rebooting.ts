import type { Sessions } from "./sessions.ts";
import type { Target } from "./target.ts";
import type { RebootTask } from "./task.ts";

/** Between two tries to connect: sshd's PerSourcePenalties and MaxStartups take quick ones for an attack. */
export interface Pauses {
	readonly firstMs: number;
	readonly longestMs: number;
	/** A machine that is going down may still answer for so long. */
	readonly goingDownMs: number;
}

export interface Rebooting {
	readonly sessions: Sessions;
	readonly target: Target;
	readonly task: RebootTask;
	readonly pauses: Pauses;
	readonly signal: AbortSignal;
}
