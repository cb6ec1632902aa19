import type { Policy } from "../../src/model/policy.ts";
import type { RolloutId, Step } from "../../src/model/step.ts";
import { Course } from "./course.ts";
import { besidePolicy, revised, type Scenario } from "./scenario.ts";
import { SimMachine } from "./sim-machine.ts";
import { machineNames, START } from "./start.ts";

/** Whose step it is; null: a download is everybody's. */
export function policyOfStep(step: Step): string | null {
	if ("rollout" in step) return step.rollout.slice(0, step.rollout.indexOf("@"));
	return "policy" in step ? step.policy : null;
}

/** The world as it is, whatever the core believes. */
export class Truth {
	readonly scenario: Scenario;
	readonly machines = new Map<string, SimMachine>();
	/** True time, ms since the epoch. */
	now = START;
	/** What the controller's clock shows too much, ms. */
	clockError = 0;
	/** True time at which the clock was last set; null: it never was. */
	clockSetAt: number | null = null;
	revision = 1;
	readonly policies: Policy[] = [];
	readonly beside: Policy | null;
	readonly paused = new Set<"whole" | "policy">();
	readonly excluded = new Set<string>();
	/** The host keys that a person approved, by machine. */
	readonly approved = new Map<string, readonly string[]>();
	/** Another key was seen, and no person has approved it. */
	readonly quarantined = new Set<string>();
	/** Revisions that a person let through. */
	readonly approvedRevisions = new Set<string>();
	/** Digests of the packages that the controller truly holds. */
	readonly store = new Set<string>();
	readonly downloads = new Map<string, number>();
	/** How often the daemon ended, or a package was lost. */
	interruptions = 0;
	/** Some machine was not back from its reboot in time: a person must look at it. */
	isRebootLate = false;
	readonly #courses = new Map<RolloutId, Course>();

	constructor(scenario: Scenario) {
		this.scenario = scenario;
		for (const [index, name] of machineNames(scenario.machines).entries()) this.addMachine(name, index);
		this.policies.push(revised(scenario, 1));
		this.beside = scenario.beside ? besidePolicy(scenario.beside) : null;
	}

	/** What the controller takes for the time. */
	get clock(): number {
		return this.now + this.clockError;
	}

	/** All that is in force. */
	get inForce(): readonly Policy[] {
		return this.beside ? [this.policy, this.beside] : [this.policy];
	}

	/** The revision in force. */
	get policy(): Policy {
		return this.policies.at(-1) ?? revised(this.scenario, 1);
	}

	addMachine(name: string, index: number): SimMachine {
		const { broken, deniers, liars, machines } = this.scenario;
		const isIn = (list: readonly number[]) => list.some((each) => each % machines === index);
		const nature = { isBroken: isIn(broken), isDenier: isIn(deniers), isLiar: isIn(liars) };
		const machine = new SimMachine(name, nature);
		this.machines.set(name, machine);
		return machine;
	}

	machine(name: string): SimMachine {
		const machine = this.machines.get(name);
		if (!machine) throw new Error(`no machine ${name}`);
		return machine;
	}

	/** A rollout's id is `name@revision8/run`. */
	course(rollout: RolloutId): Course {
		const known = this.#courses.get(rollout);
		if (known) return known;
		const revision = rollout.slice(rollout.indexOf("@") + 1, rollout.indexOf("/"));
		const policy = [...this.policies, ...this.inForce].find((each) => each.revision.startsWith(revision));
		if (!policy) throw new Error(`${rollout}: no such revision was ever applied`);
		const course = new Course(policy);
		this.#courses.set(rollout, course);
		return course;
	}

	courses(): readonly Course[] {
		return [...this.#courses.values()];
	}

	/** Which ring of the policy the machine is in: the first that names it, else the rest. */
	ringOf({ rollout: { rings } }: Policy, machine: string): number {
		const named = rings.findIndex(
			({ members }) => members.kind === "targets" && members.targets.machines.includes(machine),
		);
		return named < 0 ? rings.findIndex(({ members }) => members.kind === "rest") : named;
	}
}
