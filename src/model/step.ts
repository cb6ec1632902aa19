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

/** What may be done now. `begin` and `promote` are acts of record only; all others reach outside. */
export type Step = LedgerStep | AcquireStep | MachineStep;

export type LedgerStep =
	| {
			readonly kind: "begin";
			readonly rollout: RolloutId;
			readonly policy: string;
			readonly revision: string;
			readonly run: number;
	  }
	| { readonly kind: "promote"; readonly rollout: RolloutId; readonly ring: string };

export interface AcquireStep {
	readonly kind: "acquire";
	/** Hex SHA-256: two policies that name the same file share one download. */
	readonly sha256: string;
	readonly attempt: number;
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
			return `begin ${step.rollout}`;
		case "promote":
			return `promote ${step.rollout} ${step.ring}`;
		case "acquire":
			return `acquire ${step.sha256}`;
		default:
			return `${step.kind} ${step.rollout} ${step.machine} ${step.package}`;
	}
}
