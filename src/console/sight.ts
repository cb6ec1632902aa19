import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { machineOf, type Step } from "../model/step.ts";
import type { Decision } from "../plan/decide.ts";
import { describeHeld } from "../plan/describe-held.ts";
import type { Held } from "../plan/held.ts";
import { type ApprovalRule, type NeededApproval, neededApproval } from "../plan/needed-approval.ts";
import { type Membership, membership } from "../plan/rings.ts";
import { type Roster, rostersOf } from "../plan/roster.ts";

/** What a report looks at; the same view gives the same report. */
export interface View {
	readonly fleet: Fleet;
	readonly decision: Decision;
	readonly now: number;
	/** What the controller asks for, whatever a policy says. */
	readonly approvalRule?: ApprovalRule | undefined;
	/** The way that a package is being delivered to a machine by, and why, if it is. */
	readonly wayOf?: (machine: string, sha256: string) => string | undefined;
}

/** A step that was started, when (ms since the epoch), and has not ended. */
export interface InFlight {
	readonly step: Step;
	readonly at: number;
}

/** The fleet and what was decided about it, arranged once so that each question about a machine is one look-up. */
export class Sight {
	readonly fleet: Fleet;
	readonly now: number;
	readonly wayOf: NonNullable<View["wayOf"]>;
	readonly #wholes = new Map<string, Held>();
	readonly #machines = new Map<string, Map<string, Held>>();
	readonly #inFlight: ReadonlyMap<string | null, readonly InFlight[]>;
	readonly #sentences = new Map<string, string>();
	readonly #rosters: ReadonlyMap<Policy, Roster>;
	readonly #memberships = new Map<Rollout, Membership>();

	readonly #approvalRule: ApprovalRule | undefined;

	constructor({ fleet, decision, now, wayOf, approvalRule }: View) {
		this.#approvalRule = approvalRule;
		this.wayOf = wayOf ?? (() => undefined);
		this.fleet = fleet;
		this.now = now;
		this.#inFlight = Map.groupBy(fleet.running.values(), ({ step }) => machineOf(step));
		// The same list as `decide` makes, which has the rosters of these machines already.
		const policies = [...fleet.policies.values()].map(
			({ policy }) => fleet.rollouts.get(policy.name)?.policy ?? policy,
		);
		this.#rosters = rostersOf(fleet.machines, policies);
		for (const held of decision.held) {
			const { policy, machine } = held;
			if (machine !== null) entryOf(this.#machines, policy).set(machine, held);
			else if (!this.#wholes.has(policy)) this.#wholes.set(policy, held);
		}
	}

	/** Who is where in the rollout, counted once. */
	members(rollout: Rollout): Membership {
		const known = this.#memberships.get(rollout);
		if (known) return known;
		const members = membership(this.fleet, rollout, this.now, this.#rosters);
		this.#memberships.set(rollout, members);
		return members;
	}

	/** Whom a policy without a rollout selects. */
	roster(policy: Policy): Roster | undefined {
		return this.#rosters.get(policy);
	}

	/** Who must approve the policy's revision in force. */
	neededApproval(policy: Policy): NeededApproval | null {
		const roster = this.#rosters.get(policy) ?? rostersOf(this.fleet.machines, [policy]).get(policy);
		return neededApproval(policy, roster, this.#approvalRule);
	}

	/** Why the policy as a whole waits. */
	wholeHeld(policy: string): Held | undefined {
		return this.#wholes.get(policy);
	}

	/** Why the machine waits: its own reason, or that of the policy as a whole. */
	held(policy: string, machine: string): Held | undefined {
		return this.#machines.get(policy)?.get(machine) ?? this.#wholes.get(policy);
	}

	/** The reasons of a policy's machines. */
	machinesHeld(policy: string): Iterable<Held> {
		return this.#machines.get(policy)?.values() ?? [];
	}

	/** The machine's step in flight for this rollout. */
	inFlight({ id, policy }: Rollout, machine: string): InFlight | undefined {
		return this.#inFlight.get(machine)?.find(({ step }) => {
			if (step.kind === "read_facts") return step.policy === policy.name;
			return "rollout" in step && step.rollout === id;
		});
	}

	/** One sentence; the same reason is put into words once, since times in zones are slow to write. */
	sentence(held: Held): string {
		const key = `${held.until} ${JSON.stringify(held.reason)}`;
		const known = this.#sentences.get(key);
		if (known !== undefined) return known;
		const sentence = describeHeld(held);
		this.#sentences.set(key, sentence);
		return sentence;
	}
}

function entryOf<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
	const found = maps.get(key);
	if (found) return found;
	const made = new Map<string, Value>();
	maps.set(key, made);
	return made;
}
