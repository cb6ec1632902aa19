/** One run of one revision of a policy: `name@revision8/run`, run being the ISO time it was due. */
export type RolloutId = string;

/** Names one package of one rollout on one machine, and which try it is. */
export interface TaskRef {
	readonly machine: string;
	readonly rollout: RolloutId;
	/** The package's name within the policy. */
	readonly package: string;
	/** 1 for the first install try; the machine refuses to run one attempt twice. */
	readonly attempt: number;
}

/** What may be done now. Ledger steps are acts of record only; all others reach outside. */
export type Step = LedgerStep | AcquireStep | FactsStep | MachineStep | RebootStep;

/**
 * begin: a run begins; with `restores` it brings the machines that a failed rollout changed back to the revision before.
 * soak: a ring is proven and its healthy time begins to count.   promote: the next ring may start.
 * queue: a run is due and begins when the one before has ended.   miss: a run was due and is not made up.   halt: the rollout is over before its end.
 * give_up: a machine stayed away for longer than the policy waits.
 */
export type LedgerStep =
	| {
			readonly kind: "begin";
			readonly rollout: RolloutId;
			readonly policy: string;
			readonly revision: string;
			readonly run: number;
			readonly restores?: { readonly rollout: RolloutId; readonly why: string };
	  }
	| { readonly kind: "soak"; readonly rollout: RolloutId; readonly ring: string }
	| { readonly kind: "promote"; readonly rollout: RolloutId; readonly ring: string }
	| { readonly kind: "queue"; readonly policy: string; readonly revision: string; readonly run: number }
	| { readonly kind: "miss"; readonly policy: string; readonly revision: string; readonly run: number }
	| { readonly kind: "halt"; readonly rollout: RolloutId; readonly why: string }
	| {
			readonly kind: "give_up";
			readonly rollout: RolloutId;
			readonly absentee: string;
			readonly as: "skipped" | "failed";
	  };

export interface AcquireStep {
	readonly kind: "acquire";
	/** Hex SHA-256: two policies that name the same file share one download. */
	readonly sha256: string;
	readonly attempt: number;
}

/** Reads what a machine is, because a policy's selection depends on it. */
export interface FactsStep {
	readonly kind: "read_facts";
	readonly machine: string;
	/** Whose SSH settings are used. */
	readonly policy: string;
	readonly attempt: number;
}

/**
 * Asks the machine to reboot unless it already has since `bootId`, waits for it to come back and runs the policy's test.
 * May be asked again at any time: the boot id tells what has been done.
 */
export interface RebootStep {
	readonly kind: "reboot";
	readonly machine: string;
	readonly rollout: RolloutId;
	readonly attempt: number;
	readonly bootId: string;
	/** ms since the epoch; by then the machine must be back. */
	readonly deadline: number;
	/** ms since the epoch; from then on it is not asked, and only looked at. */
	readonly askUntil: number;
	readonly honoursUsers: boolean;
}

/**
 * inspect: read detection and the attempt's job record; never changes the machine.
 * deliver: bring the verified package to the machine's staging path.
 * install: start the attempt's job, which re-checks the digest and runs the installer, and follow it.
 * follow: go on following a job that is already running; never starts one.
 */
export type MachineStep = TaskRef & { readonly kind: MachineStepKind };
export type MachineStepKind = "inspect" | "deliver" | "install" | "follow";

/** The step's identity: the same act has the same key, before and after a crash. */
export function stepKey(step: Step): string {
	switch (step.kind) {
		case "begin":
		case "halt":
			return `${step.kind} ${step.rollout}`;
		case "soak":
		case "promote":
			return `${step.kind} ${step.rollout} ${step.ring}`;
		case "queue":
		case "miss":
			return `${step.kind} ${step.policy} ${step.run}`;
		case "give_up":
			return `give_up ${step.rollout} ${step.absentee}`;
		case "acquire":
			return `acquire ${step.sha256}`;
		case "read_facts":
			return `read_facts ${step.machine}`;
		case "reboot":
			return `reboot ${step.rollout} ${step.machine}`;
		default:
			return `${step.kind} ${step.rollout} ${step.machine} ${step.package}`;
	}
}

/** The machine that the step reaches out to; null: it touches none. */
export function machineOf(step: Step): string | null {
	return "machine" in step ? step.machine : null;
}
