import type { Fleet, PackageState, Rollout, Task } from "../../src/model/fleet.ts";
import type { Machine, Presence, Trust } from "../../src/model/machine.ts";
import type { PackageSpec, Policy } from "../../src/model/policy.ts";
import { type Step, stepKey } from "../../src/model/step.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { NEW_TASK } from "../../src/plan/task.ts";

/** The short form in which cases write a fleet: only what matters, the rest as on an ordinary day. */
export interface Given {
	readonly policy?: Partial<Policy>;
	readonly package?: Partial<PackageSpec>;
	readonly machines?: Readonly<
		Record<string, { trust?: Trust; presence?: Presence; groups?: string[]; labels?: Record<string, string> } | null>
	>;
	readonly package_state?: PackageState | null;
	/** Absent: the policy was applied and nothing has begun. Tasks by machine, of the one package `app`. */
	readonly rollout?: {
		readonly tasks?: Readonly<Record<string, Partial<Task>>>;
		readonly promoted?: string[];
		run?: string;
	};
	readonly running?: readonly Step[];
	readonly pause?: Fleet["pause"];
	readonly applied_at?: string;
}

export const SHA = "a".repeat(64);
export const APPLIED_AT = Date.parse("2026-11-23T00:00:00Z");
export const ROLLOUT = "office@r1/run";
export const APPROVED: Trust = {
	kind: "approved",
	hostKeys: [{ type: "ssh-ed25519", fingerprint: "SHA256:right" }],
	by: "test",
	at: APPLIED_AT,
};

export function policyOf(given: Given): Policy {
	const app: PackageSpec = {
		name: "app",
		version: "2",
		type: "deb",
		source: { url: "https://origin.example/app.deb", mirrors: [] },
		sha256: SHA,
		install: { arguments: [], timeoutMs: 60_000, env: {} },
		detection: [{ type: "package", name: "app", version: "2" }],
		returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [75] },
		...given.package,
	};
	return {
		name: "office",
		revision: "r1",
		packages: [app],
		targets: {
			groups: [],
			machines: [],
			match: "*",
			labelsIncludeAny: [],
			labelsIncludeAll: [],
			labelsExcludeAny: [],
		},
		rollout: {
			rings: [{ name: "all", members: { kind: "rest" }, successThreshold: 100 }],
			maxConcurrency: { kind: "absolute", value: 10 },
			minExecuted: 1,
		},
		schedule: { kind: "now" },
		maintenanceWindows: [],
		ssh: { user: "root", connectTimeoutMs: 10_000 },
		...given.policy,
	};
}

export function fleetOf(given: Given): Fleet {
	const policy = policyOf(given);
	const machines = Object.entries(given.machines ?? {}).map(([name, over]): [string, Machine] => [
		name,
		{
			name,
			address: "10.0.0.1",
			port: 22,
			sources: ["mdns"],
			groups: [],
			labels: {},
			trust: APPROVED,
			presence: { kind: "present", at: APPLIED_AT },
			...over,
		},
	]);
	const appliedAt = given.applied_at ? Date.parse(given.applied_at) : APPLIED_AT;
	const held: PackageState = { kind: "held", sizeBytes: 1000, originBytes: 1000 };
	const state = given.package_state === undefined ? held : given.package_state;
	return {
		...EMPTY_FLEET,
		machines: new Map(machines),
		policies: new Map([[policy.name, { policy, appliedAt, source: "office.yaml" }]]),
		packages: new Map(state ? [[SHA, state]] : []),
		rollouts: new Map(given.rollout ? [[policy.name, rolloutOf(policy, given.rollout)]] : []),
		running: new Map((given.running ?? []).map((step) => [stepKey(step), { step, at: APPLIED_AT }])),
		pause: given.pause ?? null,
	};
}

function rolloutOf(policy: Policy, { tasks = {}, promoted = [], run }: NonNullable<Given["rollout"]>): Rollout {
	const progress = Object.entries(tasks).map(
		([machine, task]) => [machine, new Map([["app", { ...NEW_TASK, ...task }]])] as const,
	);
	const at = run ? Date.parse(run) : APPLIED_AT;
	return { id: ROLLOUT, policy, run: at, beganAt: at, promotedRings: new Set(promoted), progress: new Map(progress) };
}

/** A step as one line: `inspect mill-01 app 1`. */
export function stepLine(step: Step): string {
	switch (step.kind) {
		case "begin":
			return `begin ${step.policy} ${new Date(step.run).toISOString()}`;
		case "promote":
			return `promote ${step.ring}`;
		case "acquire":
			return `acquire ${step.sha256.slice(0, 8)} ${step.attempt}`;
		default:
			return `${step.kind} ${step.machine} ${step.package} ${step.attempt}`;
	}
}
