import fc from "fast-check";
import type { MaintenanceWindow } from "../../src/model/policy.ts";
import type { GivenPolicy } from "../plan/fleet-of.ts";
import { machineNames, START } from "./start.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const NIGHT: MaintenanceWindow = {
	name: "night",
	days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
	startTime: { hour: 2, minute: 0 },
	durationMs: 2 * HOUR,
	cutoffMs: HOUR / 2,
	timeZone: "Europe/Budapest",
};

/** Ten minutes in which something may start. */
const SHORT_NIGHT = { ...NIGHT, cutoffMs: NIGHT.durationMs - 10 * MINUTE };

const absolute = (value: number) => ({ kind: "absolute" as const, value });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
/** One in four: most of what goes wrong does so in the first minutes, and these let nothing happen in them. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
	fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Leaves out the keys that were not drawn. */
function given<T extends object>(drawn: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as never;
}

/** Rings name their machines, so that who is in which ring is known without asking the core. */
const rings = fc
	.record({
		canaries: fc.integer({ min: 0, max: 3 }),
		seconds: fc.integer({ min: 0, max: 3 }),
		soakMs: fc.constantFrom(0, 0, 10 * MINUTE, HOUR),
		promote: fc.constantFrom("auto" as const, "auto" as const, "manual" as const),
		successThreshold: fc.constantFrom(100, 100, 50),
		atOnce: maybe(fc.constant(1)),
		maxErrors: maybe(fc.constant(0)),
	})
	.map(({ canaries, seconds, soakMs, promote, successThreshold, atOnce, maxErrors }) => {
		const named = (name: string, from: number, count: number) => ({
			...given({ maxErrors, maxConcurrency: atOnce === undefined ? undefined : absolute(atOnce) }),
			name,
			members: { kind: "targets" as const, targets: { machines: machineNames(from + count).slice(from) } },
			minHealthyTimeMs: soakMs,
			promote,
			successThreshold,
		});
		return [
			...(canaries > 0 ? [named("canary", 0, canaries)] : []),
			...(seconds > 0 ? [named("second", canaries, seconds)] : []),
			{ name: "rest", successThreshold },
		];
	});

const rollout = fc
	.record({
		rings,
		atOnce: fc.integer({ min: 1, max: 4 }),
		maxErrors: maybe(fc.integer({ min: 0, max: 2 })),
		maxFailPercentage: rarely(fc.constantFrom(10, 30)),
		minExecuted: fc.constantFrom(1, 3),
		onFailure: fc.constantFrom("pause" as const, "pause" as const, "abort" as const, "rollback" as const),
		progressDeadlineMs: maybe(fc.constant(30 * MINUTE)),
		prestageThreshold: rarely(fc.constantFrom(50, 100)),
	})
	.map(({ atOnce, ...drawn }) => ({ ...given(drawn), maxConcurrency: absolute(atOnce) }));

const RESTARTS: MaintenanceWindow = { ...NIGHT, name: "restarts", startTime: { hour: 3, minute: 0 }, cutoffMs: 0 };

const reboot = fc
	.record({
		policy: fc.constantFrom("never" as const, "never" as const, "if_needed" as const, "always" as const),
		concurrency: fc.integer({ min: 1, max: 2 }).map(absolute),
		timeoutMs: fc.constant(15 * MINUTE),
		window: rarely(fc.constant(RESTARTS)),
	})
	.map(given);

/** Machines carry it while they are not to be selected. */
export const AWAY = "away";
const selecting = { match: "*", labelsExcludeAny: [AWAY] };

const offline = fc
	.constantFrom("wait" as const, "wait" as const, "skip" as const, "fail" as const)
	.map((policy) => ({ policy, giveUpAfterMs: policy === "wait" ? 30 * 24 * HOUR : 4 * HOUR }));

const nightly = { kind: "cron" as const, cron: "0 1 * * *", timeZone: "Europe/Budapest", persistent: true };

export const drawnPolicy: fc.Arbitrary<GivenPolicy> = fc
	.record({
		rollout,
		maintenanceWindows: fc.constantFrom([], [], [NIGHT], [SHORT_NIGHT]),
		availableAt: rarely(fc.constant(START + 20 * MINUTE)),
		deadline: maybe(fc.constant(START + 6 * HOUR)),
		approval: rarely(fc.constant({ required: 1, approvers: [] })),
		reboot,
		retries: fc.record({ max: fc.constantFrom(0, 0, 1, 2), delayMs: fc.constant(MINUTE) }),
		offline,
		packages: fc.constantFrom(1, 1, 2).map((count) => ["app", "tool"].slice(0, count).map(packageNamed)),
		schedule: rarely(fc.constant(nightly)),
		targets: maybe(fc.constant(selecting)),
	})
	.map(given);

function packageNamed(name: string) {
	return { name, returnCodes: { success: [0], softReboot: [3010], hardReboot: [1641], retry: [75] } };
}
