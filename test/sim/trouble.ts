import fc from "fast-check";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What goes wrong, and `at` which time after the start, ms. Machines are indexes. */
export type Trouble = { readonly at: number } & (
	| { readonly kind: "power_cut"; readonly machine: number; readonly forMs: number }
	/** The daemon ends without a word, and starts again from its journal. */
	| { readonly kind: "kill"; readonly forMs: number }
	| { readonly kind: "wake" }
	/** An event of the past is told once more. */
	| { readonly kind: "echo"; readonly index: number }
	/** The controller's clock is set. */
	| { readonly kind: "clock"; readonly byMs: number }
	| { readonly kind: "disk_full"; readonly machine: number; readonly forMs: number }
	/** Installed anew under the same name: another host key, nothing on it; a person approves it after a while. */
	| { readonly kind: "rebuild"; readonly machine: number; readonly forMs: number }
	/** Another machine answers to the name. */
	| { readonly kind: "impostor"; readonly machine: number; readonly forMs: number }
	/** Announces itself; approved by a person after a while. */
	| { readonly kind: "newcomer"; readonly forMs: number }
	/** Gone for good, and forgotten by a person after a while. */
	| { readonly kind: "vanish"; readonly machine: number; readonly forMs: number }
	| { readonly kind: "package_lost" }
	| { readonly kind: "revision" }
	| { readonly kind: "pause"; readonly forMs: number; readonly isWhole: boolean }
	/** Another label, with which some policies select it no longer, for so long. */
	| { readonly kind: "relabel"; readonly machine: number; readonly forMs: number }
	| { readonly kind: "exclude"; readonly machine: number; readonly forMs: number }
	| { readonly kind: "retry"; readonly machine: number }
	| { readonly kind: "retry_all" }
	| { readonly kind: "run_now" }
	| { readonly kind: "abort" }
);

/** Most of what happens, happens in the first minutes of a run or of its window. */
const at = fc.oneof(
	fc.integer({ min: 0, max: 5 * MINUTE }),
	fc.integer({ min: HOUR, max: HOUR + 5 * MINUTE }),
	fc.integer({ min: 0, max: 4 * HOUR }),
);
const machine = fc.nat(11);
const forMs = fc.oneof(fc.integer({ min: 1_000, max: 5 * MINUTE }), fc.integer({ min: 1_000, max: 2 * HOUR }));

function of(kind: Trouble["kind"], weight: number, more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) {
	const arbitrary = fc.record({
		kind: fc.constant(kind),
		at,
		...more,
	}) as fc.Arbitrary<unknown> as fc.Arbitrary<Trouble>;
	return { weight, arbitrary };
}

export const drawnTrouble: fc.Arbitrary<Trouble> = fc.oneof(
	of("power_cut", 5, { machine, forMs }),
	of("kill", 5, { forMs: fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: 0, max: HOUR })) }),
	of("wake", 2),
	of("echo", 3, { index: fc.nat(500) }),
	of("clock", 1, { byMs: fc.integer({ min: -2 * HOUR, max: 6 * HOUR }) }),
	of("disk_full", 1, { machine, forMs }),
	of("rebuild", 2, { machine, forMs }),
	of("impostor", 1, { machine, forMs }),
	of("newcomer", 1, { forMs }),
	of("vanish", 1, { machine, forMs }),
	of("package_lost", 1),
	of("revision", 4),
	of("pause", 2, { forMs, isWhole: fc.boolean() }),
	of("exclude", 1, { machine, forMs }),
	of("relabel", 2, { machine, forMs }),
	of("retry", 1, { machine }),
	of("retry_all", 1),
	of("run_now", 1),
	of("abort", 1),
);
