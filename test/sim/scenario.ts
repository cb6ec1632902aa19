import fc from "fast-check";
import type { Policy } from "../../src/model/policy.ts";
import { type GivenPolicy, policyOf } from "../plan/fleet-of.ts";
import { drawnPolicy } from "./drawn-policy.ts";
import { drawnTrouble, type Trouble } from "./trouble.ts";

/** One world: who is in it, what is wanted of them, and what goes wrong when. Plain JSON, so that a failure can be kept and played again. */
export interface Scenario {
	readonly seed: number;
	readonly machines: number;
	readonly policy: GivenPolicy;
	/** Machines on which every installer fails, by index. */
	readonly broken: readonly number[];
	/** Machines on which detection never finds the package, by index. */
	readonly deniers: readonly number[];
	/** Machines whose installers say success and leave nothing, by index. */
	readonly liars: readonly number[];
	/** Share of installer runs that ask for a later try. */
	readonly busyShare: number;
	/** Share of steps whose connection is cut in the middle. */
	readonly lossShare: number;
	/** What is installed changes the label by which some policies select. */
	readonly isRelabelling?: boolean;
	/** A second policy over the same machines: one ring, two installs at once. Absent: there is none. */
	readonly beside?: Beside | undefined;
	readonly troubles: readonly Trouble[];
	/** The daemon ends right after this many events, or when it is about to ask for this many reboots, for a minute if not for longer. */
	readonly killAfterEvents?: number | undefined;
	readonly killAtReboot?: number | undefined;
	readonly killForMs?: number | undefined;
}

export interface Beside {
	readonly reboot: "never" | "if_needed" | "always";
	/** Its file is the one that the other policy began with. */
	readonly sharesFile: boolean;
}

const machine = fc.nat(11);
const few = (maxLength: number) =>
	fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(machine, { maxLength }) });

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
	seed: fc.integer(),
	machines: fc.integer({ min: 2, max: 12 }),
	policy: drawnPolicy,
	broken: few(4),
	deniers: few(2),
	liars: few(2),
	busyShare: fc.constantFrom(0, 0, 0.1, 0.3),
	lossShare: fc.constantFrom(0, 0.03, 0.1),
	troubles: fc.array(drawnTrouble, { maxLength: 10 }),
	beside: fc.option(
		fc.record({
			reboot: fc.constantFrom("never" as const, "if_needed" as const, "always" as const),
			sharesFile: fc.boolean(),
		}),
		{ nil: undefined, freq: 2 },
	),
	killAfterEvents: fc.option(fc.nat(300), { nil: undefined, freq: 4 }),
	killAtReboot: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 2 }),
	isRelabelling: fc.boolean(),
	killForMs: fc.constantFrom(undefined, 8 * 60_000, 20 * 60_000),
});

/** The policy in its revision, which is counted from 1: every package has another version and digest in each. */
export function revised({ policy }: Scenario, revision: number): Policy {
	const packages = policy.packages?.map((each, index) => {
		const version = String(revision + 1);
		const detection = [{ type: "package" as const, name: each.name ?? "", version }];
		return { ...each, version, detection, sha256: digest(revision, index) };
	});
	return policyOf({ policy: { ...policy, revision: `rev${revision}`.padEnd(64, "0"), packages: packages ?? [] } });
}

export function besidePolicy({ reboot, sharesFile }: Beside): Policy {
	return policyOf({
		policy: {
			name: "beside",
			revision: "beside".padEnd(64, "0"),
			packages: [{ name: "aid", ...(sharesFile ? { sha256: digest(1, 0) } : { sha256: "a".repeat(64) }) }],
			rollout: { maxConcurrency: { kind: "absolute", value: 2 } },
			reboot: { policy: reboot },
		},
	});
}

function digest(revision: number, index: number): string {
	return `${revision}${index}`.padStart(64, "0");
}
