import type { MachineFacts } from "../../src/model/facts.ts";
import type { AppliedPolicy, Fleet, PackageState, Reboot, Rollout, Task } from "../../src/model/fleet.ts";
import type { Machine, Trust } from "../../src/model/machine.ts";
import type { CronSchedule, PackageSpec, Policy, Ring, RolloutSpec, Selector } from "../../src/model/policy.ts";
import { type Step, stepKey } from "../../src/model/step.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { identitiesOf } from "../../src/plan/identities.ts";
import { NEW_TASK } from "../../src/plan/task.ts";

type Short<Spec, Inner extends keyof Spec> = Omit<Partial<Spec>, Inner>;

/** A policy in short: each part is laid over that of an ordinary day. */
export interface GivenPolicy
	extends Short<Policy, "rollout" | "schedule" | "reboot" | "retries" | "offline" | "packages" | "targets"> {
	readonly rollout?: Short<RolloutSpec, "rings"> & {
		readonly rings?: readonly (Short<Ring, "members"> & { readonly members?: GivenMembers })[];
	};
	readonly targets?: Partial<Selector>;
	readonly schedule?: Partial<CronSchedule> & { readonly kind: "cron" };
	readonly reboot?: Partial<Policy["reboot"]>;
	readonly retries?: Partial<Policy["retries"]>;
	readonly offline?: Partial<Policy["offline"]>;
	readonly packages?: readonly Partial<PackageSpec>[];
}

type GivenMembers =
	| Exclude<Ring["members"], { kind: "targets" }>
	| { readonly kind: "targets"; readonly targets: Partial<Selector> };

type GivenMachine = Short<Machine, "facts"> & { readonly facts?: Partial<MachineFacts> & { readonly at?: number } };

/** The short form in which cases write a fleet: only what matters, the rest as on an ordinary day. Times may be ISO texts. */
export interface Given {
	readonly policy?: GivenPolicy;
	readonly package?: Partial<PackageSpec>;
	readonly machines?: Readonly<Record<string, GivenMachine | null>>;
	readonly package_state?: PackageState | null;
	/** What people and time have done to the policy. */
	readonly applied?: Partial<AppliedPolicy>;
	/** Absent: the policy was applied and nothing has begun. */
	readonly rollout?: GivenRollout;
	readonly running?: readonly Step[];
	readonly pause?: Fleet["pause"];
	readonly applied_at?: number;
}

interface GivenRollout
	extends Short<Rollout, "progress" | "promotions" | "soaks" | "givenUp" | "reboots" | "previous" | "restores"> {
	/** Tasks by machine, of the one package `app`. */
	readonly tasks?: Readonly<Record<string, Partial<Task>>>;
	/** Tasks by machine and package. */
	readonly packages?: Readonly<Record<string, Readonly<Record<string, Partial<Task>>>>>;
	readonly promoted?: readonly string[];
	readonly promotions?: Readonly<Record<string, { readonly by: string; readonly at: number }>>;
	readonly soaks?: Readonly<Record<string, number>>;
	readonly given_up?: Readonly<Record<string, "skipped" | "failed">>;
	readonly reboots?: Readonly<Record<string, Partial<Reboot>>>;
	/** What the rollout began with, laid over the policy in force; default: that policy itself. */
	readonly pinned?: GivenPolicy;
	/** The policy before this one. */
	readonly previous?: GivenPolicy;
	readonly restores?: {
		readonly rollout: string;
		readonly revision: string;
		readonly why: string;
		readonly machines: readonly string[];
	};
}

export const SHA = "a".repeat(64);
export const APPLIED_AT = Date.parse("2026-11-23T00:00:00Z");
export const ROLLOUT = "office@r1/2026-03-02T02:00:00.000Z";
export const APPROVED: Trust = {
	kind: "approved",
	hostKeys: [{ type: "ssh-ed25519", fingerprint: "SHA256:right" }],
	by: "test",
	at: APPLIED_AT,
};

export const FACTS: MachineFacts = {
	os: "linux",
	distribution: "debian",
	osVersion: "12",
	arch: "amd64",
	diskFreeBytes: 100e9,
	memoryBytes: 8e9,
	bootId: "boot-1",
	isRebootNeeded: false,
	users: 0,
};

const NOTHING_SELECTED: Selector = {
	groups: [],
	machines: [],
	labelsIncludeAny: [],
	labelsIncludeAll: [],
	labelsExcludeAny: [],
};

export function policyOf(given: Given): Policy {
	const { rollout, targets, schedule, reboot, retries, offline, packages = [{}], ...rest } = given.policy ?? {};
	return {
		name: "office",
		revision: "r1",
		packages: packages.map((each) => packageOf({ ...given.package, ...each })),
		targets: { ...NOTHING_SELECTED, match: "*", ...targets },
		rollout: rolloutSpecOf(rollout ?? {}),
		schedule: scheduleOf(schedule),
		maintenanceWindows: [],
		gracePeriodMs: 0,
		reboot: {
			policy: "never",
			concurrency: { kind: "absolute", value: 1 },
			timeoutMs: 15 * 60_000,
			skipIfUsers: false,
			...reboot,
		},
		retries: { max: 0, delayMs: 300_000, backoff: "exponential", on: ["failed", "timed_out"], ...retries },
		offline: { policy: "wait", giveUpAfterMs: 30 * 86_400_000, ...offline },
		ssh: { user: "root", connectTimeoutMs: 10_000 },
		...rest,
	};
}

function packageOf(over: Partial<PackageSpec>): PackageSpec {
	const { name = "app", version = "2" } = over;
	return {
		name,
		version,
		type: "deb",
		source: { url: `https://origin.example/${name}.deb`, mirrors: [] },
		sha256: SHA,
		install: { arguments: [], timeoutMs: 60_000, env: {} },
		detection: [{ type: "package", name, version }],
		...over,
		returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [75], ...over.returnCodes },
		requirements: { os: [], arch: [], ...over.requirements },
	};
}

function scheduleOf(cron: GivenPolicy["schedule"]): Policy["schedule"] {
	if (!cron) return { kind: "now", suspend: false };
	const daily = { cron: "0 2 * * *", timeZone: "UTC", persistent: false, randomizedDelayMs: 0, suspend: false };
	return { ...daily, ...cron };
}

function rolloutSpecOf({ rings = [{}], ...rest }: NonNullable<GivenPolicy["rollout"]>): RolloutSpec {
	return {
		rings: rings.map(ringOf),
		maxConcurrency: { kind: "absolute", value: 10 },
		minExecuted: 1,
		onFailure: "pause",
		...rest,
	};
}

function ringOf({ members = { kind: "rest" }, ...rest }: Short<Ring, "members"> & { members?: GivenMembers }): Ring {
	return {
		name: "all",
		successThreshold: 100,
		minHealthyTimeMs: 0,
		promote: "auto",
		...rest,
		members:
			members.kind === "targets" ? { kind: "targets", targets: { ...NOTHING_SELECTED, ...members.targets } } : members,
	};
}

export function fleetOf(given: Given): Fleet {
	const policy = policyOf(given);
	const machines = Object.entries(given.machines ?? {}).map(([name, over]) => [name, machineOf(name, over)] as const);
	const held: PackageState = { kind: "held", sizeBytes: 1000, originBytes: 1000 };
	const state = given.package_state === undefined ? held : given.package_state;
	const applied: AppliedPolicy = {
		policy,
		appliedAt: given.applied_at ?? APPLIED_AT,
		source: "office.yaml",
		pause: null,
		approvals: [],
		missedRuns: [],
		requestedAt: null,
		...given.applied,
	};
	return {
		...EMPTY_FLEET,
		machines: new Map(machines),
		identities: identitiesOf(machines.map(([, machine]) => machine)),
		policies: new Map([[policy.name, applied]]),
		packages: new Map(state ? [[SHA, state]] : []),
		rollouts: new Map(given.rollout ? [[policy.name, rolloutOf(given, policy, given.rollout)]] : []),
		running: new Map((given.running ?? []).map((step) => [stepKey(step), { step, at: APPLIED_AT }])),
		pause: given.pause ?? null,
	};
}

function machineOf(name: string, over: GivenMachine | null): Machine {
	const { facts, ...rest } = over ?? {};
	return {
		name,
		address: "10.0.0.1",
		port: 22,
		sources: ["mdns"],
		groups: [],
		labels: {},
		trust: APPROVED,
		presence: { kind: "present", at: APPLIED_AT },
		...rest,
		...(facts ? { facts: { at: APPLIED_AT, ...FACTS, ...facts } } : {}),
	};
}

function rolloutOf(given: Given, policy: Policy, over: GivenRollout): Rollout {
	const { tasks = {}, packages = {}, promoted = [], promotions, soaks, given_up, reboots, previous, restores } = over;
	const pinned = over.pinned ?? (restores && previous);
	const written = { ...packages, ...mapValues(tasks, (task) => ({ app: task })) };
	const progress = mapValues(written, (each) => entries(mapValues(each, (task) => ({ ...NEW_TASK, ...task }))));
	const { id = ROLLOUT, run = APPLIED_AT, beganAt = run, steeredAt = run, halt } = over;
	return {
		id,
		policy: pinned ? policyOf({ ...given, policy: { ...given.policy, ...pinned } }) : policy,
		run,
		beganAt,
		steeredAt,
		promotedRings: new Set(promoted),
		promotions: entries(promotions ?? {}),
		soaks: entries(soaks ?? {}),
		givenUp: entries(given_up ?? {}),
		reboots: entries(mapValues(reboots ?? {}, rebootOf)),
		progress: entries(progress),
		...(halt ? { halt } : {}),
		...(previous ? { previous: policyOf({ ...given, policy: previous }) } : {}),
		...(restores ? { restores: { ...restores, machines: new Set(restores.machines) } } : {}),
	};
}

function rebootOf(over: Partial<Reboot>): Reboot {
	return { phase: "due", isUrgent: false, attempt: 1, failures: 0, at: APPLIED_AT, bootId: "boot-1", ...over };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function entries<A>(record: Readonly<Record<string, A>>): ReadonlyMap<string, A> {
	return new Map(Object.entries(record));
}

/** Texts such as 2026-11-23T10:00:00Z become ms since the epoch, wherever they stand. */
export function resolveTimes(value: unknown): unknown {
	if (typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return Date.parse(value);
	if (Array.isArray(value)) return value.map(resolveTimes);
	if (typeof value !== "object" || value === null) return value;
	return mapValues(value as Record<string, unknown>, resolveTimes);
}

/** A step as one line: `inspect mill-01 app 1`. `now`: tells a reboot that may not be asked for any more. */
export function stepLine(step: Step, now = 0): string {
	switch (step.kind) {
		case "begin": {
			const run = new Date(step.run).toISOString();
			return step.restores === undefined ? `begin ${step.policy} ${run}` : `restore ${step.policy} to ${step.revision}`;
		}
		case "soak":
		case "promote":
			return `${step.kind} ${step.ring}`;
		case "queue":
		case "miss":
			return `${step.kind} ${new Date(step.run).toISOString()}`;
		case "halt":
			return `halt: ${step.why}`;
		case "give_up":
			return `give_up ${step.absentee} as ${step.as}`;
		case "acquire":
			return `acquire ${step.sha256.slice(0, 8)} ${step.attempt}`;
		case "read_facts":
			return `read_facts ${step.machine} ${step.attempt}`;
		case "reboot":
			return rebootLine(step, now);
		default:
			return `${step.kind} ${step.machine} ${step.package} ${step.attempt}`;
	}
}

function rebootLine(step: Extract<Step, { kind: "reboot" }>, now: number): string {
	const { machine, attempt, bootId, deadline, askUntil, honoursUsers } = step;
	const act = askUntil <= now ? "look at the reboot of" : "reboot";
	const whoever = honoursUsers ? "" : " whoever is logged in";
	return `${act} ${machine} ${attempt} from ${bootId} by ${new Date(deadline).toISOString()}${whoever}`;
}
