import type { MachineState, RolloutReport, SwarmMachine, SwarmPackage } from "../../src/console/cockpit.ts";
import { availabilityOf } from "../../src/console/pieces-report.ts";
import { iso } from "../../src/console/time-text.ts";
import { FACTS_ROW, GOOD_KEY, MemoryCockpit, UNLISTED } from "../console/memory-cockpit.ts";
import { DIGEST } from "../console/memory-views.ts";

const NOW = Date.now();
const after = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

/** As long as a name may be, with nowhere to break it. */
export const LONG_NAME = "laboratoriumsgeraetesteuerung".repeat(3).slice(0, 63);
const NAMES = [
	LONG_NAME,
	...Array.from({ length: 47 }, (_, index) => `office-graz-${String(index + 1).padStart(2, "0")}`),
];

const STATE_OF: readonly (readonly [MachineState, string | null])[] = [
	["verified", null],
	["verified", null],
	["failed", "atlas: the installer exited 1 (FS-INSTALL-EXIT)"],
	["installing", null],
	["delivering", null],
	["rebooting", null],
	["waiting", "window night opens Sat 28 Nov 02:00 Europe/Budapest"],
	["waiting_for_machine", "waiting for the machine to announce itself"],
	[
		"quarantined",
		`host key changed: expected ssh-ed25519 ${GOOD_KEY.fingerprint}, saw ssh-ed25519 ${UNLISTED.fingerprint}`,
	],
	["excluded", "excluded by anna: its disk is being replaced"],
	["skipped", "given up: it stayed away for longer than 14d"],
];

function standing(index: number) {
	const [state, reason] = STATE_OF[index % STATE_OF.length] ?? (["waiting", null] as const);
	return { state, reason };
}

const PIECES = 160;

/** Some first pieces, and others here and there, as they come from the source and from others. */
function spreadOver(share: number, seed: number): string {
	const isHeld = (piece: number) => (piece * 37 + seed * 61) % PIECES < share * PIECES;
	return Array.from({ length: PIECES }, (_, piece) => (isHeld(piece) ? "f" : "0")).join("");
}

/** A package of more pieces than there are columns, on more machines than are named. */
function largeOf(of: SwarmPackage, machine: SwarmMachine): SwarmPackage {
	const machines = Array.from({ length: 120 }, (_, index) => {
		const share = Math.min(1, ((index * 37) % 120) / 100);
		const levels = Array.from({ length: 256 }, (_, column) => {
			const level = Math.round(15 * share + 5 * Math.sin((column + index) / 9));
			return Math.max(0, Math.min(15, level)).toString(16);
		});
		const held = { share, pieces: share === 1 ? null : levels.join(""), has_left: share < 1 && index % 17 === 3 };
		const name = `hall-${String(index + 1).padStart(3, "0")}`;
		return { ...machine, machine: name, ...held, is_under_way: share < 1 };
	});
	const pieces = { count: 3000, availability: availabilityOf(3000, machines) };
	return { ...of, name: "large", sha256: "77".repeat(32), samples: [], floor: null, pieces, machines };
}

const FAILING = {
	sha256: "c0".repeat(32),
	names: [`${NAMES[0]} 2`],
	policies: ["office"],
	code: "FS-ACQUIRE-DIGEST",
	detail: `https://origin.example/pool/main/l/${NAMES[0]}_2_amd64.deb: expected sha256 ${"c0".repeat(32)}, saw ${"5a".repeat(32)}`,
	since: after(-90),
	last_try: after(-90),
	is_final: true,
	advice: `Correct \`checksum\`, then: fleetseed retry --package ${"c0".repeat(32)}.`,
};

/** A fleet in the middle of all that can happen to one: every state, long names, a soak, a spent budget, reboots, a missed run. */
export class ShowFleet extends MemoryCockpit {
	paused: RolloutReport["paused"] = null;
	isCanaryPromoted = false;

	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		// In any order: the wall has its own.
		const machines = NAMES.map((name, index) => ({ name, ...standing(index) })).toReversed();
		const groups = STATE_OF.slice(2).map(([state, reason], index) => {
			return { state, reason, machines: 4, names: NAMES.slice(index, index + 3) };
		});
		const waiting_for = `office: 12 of 48 verified; in flight: 4 install, 2 deliver; office: ring canary must stay healthy; looks again ${after(42)}`;
		const problems = [
			"policies/office.yaml:14:11 rollout.rings[1].target_percentage: expected 1-100 (FS-POLICY-RANGE)",
		];
		return {
			...report,
			at: after(0),
			machines,
			groups,
			waiting_for,
			problems,
			failing_downloads: [FAILING],
			rollouts: [this.#rollout(report.rollouts[0])],
		};
	}

	#rollout(made: RolloutReport | undefined): RolloutReport {
		if (!made) throw new Error("the cockpit has no rollout");
		const ring = { left_out: 0, unreachable: 0, gate: null, prestaging: null };
		const soaking = {
			kind: "soaking",
			sentence: "ring canary must stay healthy until 17:30 Europe/Budapest",
			until: after(42),
		};
		const canary = this.isCanaryPromoted
			? ({ state: "promoted", gate: null } as const)
			: ({ state: "running", gate: soaking } as const);
		const budget = { max_errors: null, max_fail_percentage: null, min_executed: 0 };
		const delivery = {
			method: "helper",
			bytes: 2 ** 28,
			seconds: 31,
			source_bytes: 2 ** 20,
			peer_bytes: 2 ** 28 - 2 ** 20,
			floor_multiple: 1.31,
			because: null,
		};
		return {
			...made,
			began_at: after(-90),
			next_run: after(3000),
			missed_runs: [after(-10_000), after(-20_000)],
			paused: this.paused,
			rings: [
				{ ...ring, name: "canary", machines: 4, verified: 4, failed: 0, ...canary },
				{
					...ring,
					name: "early adopters of every site",
					state: "waiting",
					machines: 14,
					verified: 3,
					failed: 2,
					unreachable: 1,
					prestaging: { holding: 9, counted: 14, threshold: 80 },
				},
				{ ...ring, name: "everyone", state: "waiting", machines: 30, verified: 5, failed: 3, left_out: 2 },
			],
			budgets: [
				{ ...budget, ring: null, failed: 5, started: 21, max_fail_percentage: 5, min_executed: 20, is_spent: true },
				{ ...budget, ring: "canary", failed: 0, started: 4, max_errors: 0, is_spent: false },
			],
			reboots: { due: 3, done: 7, failed: 1, under_way: [{ machine: LONG_NAME, since: after(-2), back_by: after(8) }] },
			machines: NAMES.map((machine, index) => {
				const { state, reason } = standing(index);
				const verified_at = state === "verified" ? after(-80 + index) : null;
				const progress = state === "delivering" ? 0.42 : null;
				return {
					machine,
					ring: index < 4 ? "canary" : "everyone",
					state,
					reason,
					progress,
					delivery: index % 3 === 0 ? delivery : null,
					exit_code: null,
					verified_at,
				};
			}),
		};
	}

	override async machines() {
		const [row] = await super.machines();
		if (!row) throw new Error("the cockpit has no machine");
		const pinned = [`ssh-ed25519 ${GOOD_KEY.fingerprint}`];
		return [
			{ ...row, name: LONG_NAME },
			{ ...row, name: "office-graz-08", trust: "quarantined", host_keys: pinned, presence: "host key changed" },
		];
	}

	override async scanHostKey() {
		return { kind: "host_key" as const, host_key: GOOD_KEY };
	}

	override async why(name: string) {
		const report = await new MemoryCockpit().why("mill-01");
		const [told] = report?.policies ?? [];
		if (!report || !told) return null;
		const failed = {
			...told,
			state: "failed" as const,
			sentence: "atlas: the installer exited 1 (FS-INSTALL-EXIT)",
			next: "It stays so until a person retries it or the next run begins.",
			advice: `Look at the output with: fleetseed logs ${name}, mend the cause, then: fleetseed retry ${name}.`,
		};
		const labels = { site: "graz", department: "laboratory", os: "debian" };
		const keys = {
			host_keys: [`ssh-ed25519 ${GOOD_KEY.fingerprint}`],
			trust: "approved",
			groups: ["office", "laboratory"],
		};
		return { ...report, name, labels, ...keys, facts: { ...FACTS_ROW, disk_free_bytes: 2 ** 36 }, policies: [failed] };
	}

	override async logs(name: string) {
		const [output] = (await super.logs("mill-01")) ?? [];
		if (!output) return null;
		const head = Array.from(
			{ length: 40 },
			(_, line) => `Unpacking atlas (1.0-${line}) over the version before ...`,
		).join("\n");
		return [
			{ ...output, machine: name, at: iso(NOW - 60_000) },
			{ ...output, machine: name, at: iso(NOW), attempt: 2, head, tail: "dpkg: error processing archive\n" },
		];
	}

	override async swarm() {
		const report = await super.swarm();
		const [first] = report.packages;
		const [machine] = first?.machines ?? [];
		if (!first || !machine) throw new Error("the cockpit has no swarm");
		const machines = NAMES.map((name, index) => {
			const share = Math.min(1, index / 40);
			const which = share === 1 || index % 11 === 5 ? null : spreadOver(share, index);
			const held = { share, pieces: which, has_left: which !== null && index % 9 === 4 };
			return { ...machine, machine: name, ...held, seconds: share === 1 ? 31.4 : null, is_under_way: share < 1 };
		});
		const pieces = { count: PIECES, availability: availabilityOf(PIECES, machines) };
		const samples = Array.from({ length: 120 }, (_, second) => {
			const at = new Date(NOW - 120_000 + second * 1000).toISOString();
			return { at, source_bytes: second * 8e6, received_bytes: second * second * 1e6 };
		});
		const floor = { seconds: 23.5, bytes_per_second: 2 ** 28 };
		return {
			...report,
			packages: [
				{ ...first, name: "atlas", version: "2026.11.3-1~deb12u1", samples, floor, pieces, machines },
				largeOf(first, machine),
			],
		};
	}

	override async packages() {
		const [row] = await super.packages();
		if (!row) return [];
		const failure = { code: "FS-ACQUIRE-DIGEST", detail: "3 MiB came whose SHA-256 is another", at: after(-30) };
		return [
			{ ...row, names: ["atlas 2026.11.3-1~deb12u1"] },
			{ ...row, sha256: "c0".repeat(32), names: [LONG_NAME], state: "refused" as const, size_bytes: null, failure },
			{ ...row, sha256: "77".repeat(32), names: [], policies: [], state: "held" as const, size_bytes: 2 ** 33 },
		];
	}

	override async package() {
		return super.package(DIGEST);
	}

	override async schedule(days: number) {
		const report = await super.schedule(days);
		const [row] = report.policies;
		const [window] = row?.windows ?? [];
		if (!row || !window) throw new Error("the cockpit has no schedule");
		const openings = Array.from({ length: days }, (_, day) => {
			const opens = 300 + day * 1440;
			return { opens_at: after(opens), starts_until: after(opens + 210), closes_at: after(opens + 240) };
		});
		const windows = [
			{ ...window, openings },
			{ ...window, name: LONG_NAME, is_for: "reboots" as const, cutoff_seconds: 0, openings: openings.slice(0, 1) },
		];
		const marks = { next_runs: [after(900)], missed_runs: [after(-5000)], deadline: after(1200) };
		return { at: after(0), until: after(days * 1440), policies: [{ ...row, ...marks, windows }] };
	}
}

/** A daemon that has just been installed: no policy, no machine, no package. */
export class EmptyFleet extends MemoryCockpit {
	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const nothing = {
			machines: 0,
			installed: 0,
			package_bytes: 0,
			origin_bytes: 0,
			controller_uplink_bytes: 0,
			peer_bytes: 0,
		};
		const totals = { ...report.totals, ...nothing };
		return { ...report, waiting_for: "waits for a policy", rollouts: [], machines: [], groups: [], totals };
	}

	override async machines() {
		return [];
	}

	override async swarm() {
		return { ...(await super.swarm()), packages: [] };
	}

	override async packages() {
		return [];
	}

	override async schedule(days: number) {
		return { ...(await super.schedule(days)), policies: [] };
	}
}
