import type {
	Answer,
	Cockpit,
	Detail,
	FactsRow,
	MachineRow,
	MachineState,
	OutputRow,
	PackagePage,
	PackageRow,
	ScheduleReport,
	StatusReport,
	SwarmReport,
	WhyReport,
} from "../../src/console/cockpit.ts";
import type { ChangesReport, PolicyReport } from "../../src/console/policy-reports.ts";
import type { OperatorEvent } from "../../src/model/event.ts";
import type { OutputQuery } from "../../src/record/journal.ts";
import { DIGEST, PACKAGE, SCHEDULE, SWARM } from "./memory-views.ts";

export const GOOD_KEY = { type: "ssh-ed25519", fingerprint: `SHA256:${"A".repeat(43)}` };

/** Neither in the inventory nor in known_hosts, where nothing else may be pinned. */
export const UNLISTED = { type: "ssh-ed25519", fingerprint: `SHA256:${"u".repeat(43)}` };
export const REVOKED = { type: "ssh-ed25519", fingerprint: `SHA256:${"R".repeat(43)}` };

export const REVISION = "1a2b3c4d".repeat(8);

const BUSY = { code: "FS-MACHINE-BUSY", detail: "busy-01: deliver is in flight" } as const;

export const FACTS_ROW: FactsRow = {
	os: "linux",
	distribution: "debian",
	os_version: "12",
	arch: "amd64",
	disk_free_bytes: 2 ** 20,
	memory_bytes: 2 ** 30,
	is_reboot_needed: false,
	users: 2,
	boot_id: "b-1",
	disk_bytes: 2 ** 21,
	machine_id: "f".repeat(32),
	shell: "/bin/bash",
	init: "systemd",
	package_managers: ["apt", "dpkg"],
	delivery_tools: ["curl"],
	user_names: ["anna", "\u001b[2J"],
	at: "2026-11-23T10:00:00.000Z",
};

/** A daemon of two machines that remembers what was asked of it. */
export class MemoryCockpit implements Cockpit {
	readonly acts: string[] = [];
	readonly orders: OperatorEvent[] = [];
	readonly details: Detail[] = [];
	state: MachineState = "verified";
	machineName = "mill-01";
	reason: string | null = null;
	facts: FactsRow | null = null;
	clones: MachineRow["clones"] = null;
	hostKeys: readonly { readonly type: string; readonly fingerprint: string }[] = [];
	needsApproval = true;
	/** What the daemon says to every order. */
	answer: Answer = { kind: "done", message: "so be it" };
	changes: ChangesReport = {
		policies: [],
		settings: [],
		problems: ["office.yaml:3:1 expected a name (FS-POLICY-REQUIRED)"],
	};

	async status(detail: Detail): Promise<StatusReport> {
		this.details.push(detail);
		const { machineName: machine, state, reason } = this;
		const failed = state === "failed" ? 1 : 0;
		const rest = { ring: "all", reason, progress: null, delivery: null, exit_code: 0, verified_at: null };
		const ring = { name: "all", state: "running", left_out: 0, unreachable: 0, gate: null, prestaging: null } as const;
		const begun = { run: "2026-11-23T10:00:00.000Z", began_at: "2026-11-23T10:00:00.000Z", next_run: null };
		const steered = { held: null, paused: null, approval: null, halted: null, rolls_back: null, missed_runs: [] };
		const absent_names = { machines: [], groups: [] };
		return {
			at: "2026-11-23T10:00:00.000Z",
			waiting_for: "waits for an event",
			paused: null,
			problems: [],
			failing_downloads: [],
			rollouts: [
				{
					policy: "office",
					revision: REVISION,
					id: "office@1a2b3c4d/run",
					...begun,
					...steered,
					absent_names,
					rings: [{ ...ring, machines: 2, verified: 2 - failed, failed }],
					budgets: [],
					reboots: { due: 0, done: 0, failed: 0, under_way: [] },
					ways: [],
					machines: [{ machine, state, ...rest }],
				},
			],
			excluded: [],
			groups: failed > 0 ? [{ state, reason, machines: 1, names: [machine] }] : [],
			machines: [{ name: machine, state, reason }],
			totals: {
				machines: 2,
				installed: 2 - failed,
				failed,
				rolled_back: 0,
				left_out: 0,
				package_bytes: 100,
				origin_bytes: 100,
				controller_uplink_bytes: 140,
				peer_bytes: 60,
			},
		};
	}

	async plan(detail: Detail) {
		this.details.push(detail);
		const { machineName: machine } = this;
		const several = { machines: 1, names: [machine] };
		const step = {
			kind: "install",
			act: "install app 2, attempt 1",
			because: "it is on the machine",
			policy: "office",
		};
		const held = { policy: "office", code: "window_closed", sentence: "window opens 02:00", until: null };
		return {
			steps: [{ ...step, machine }],
			step_groups: [{ ...step, ...several }],
			held: [{ ...held, machine }],
			held_groups: [{ ...held, ...several }],
			in_flight: 0,
			wake_at: null,
		};
	}

	async machines() {
		const row = {
			address: "10.0.0.1",
			port: 22,
			trust: "discovered",
			presence: "present",
			groups: [],
			labels: {},
			site: "graz",
		};
		const keys = this.hostKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`);
		const more = { excluded: null, clones: this.clones, facts: this.facts };
		return [{ name: this.machineName, ...row, sources: ["mdns"], host_keys: keys, ...more }];
	}

	async machine(name: string) {
		return (await this.machines()).find((machine) => machine.name === name) ?? null;
	}

	async policy(name: string): Promise<PolicyReport | null> {
		if (name !== "office") return null;
		const asked = { required: 2, approvers: [], because: null, given: [], is_approved: false };
		const approval = this.needsApproval ? asked : null;
		const content = ["packages[app].version: 2", "targets.groups: [office]\u001b[2J"];
		const difference = {
			path: "packages[0].version",
			before: "1",
			after: "2",
			sentence: "packages[0].version: 1 -> 2",
		};
		return {
			policy: name,
			revision: REVISION,
			source: "office.yaml",
			applied_at: "2026-11-23T10:00:00.000Z",
			approval,
			content,
			since: { revision: "0".repeat(64), differences: [difference] },
		};
	}

	async why(name: string): Promise<WhyReport | null> {
		const row = await this.machine(name);
		if (!row) return null;
		const told = { policy: "office", revision: REVISION, ring: "all", state: this.state, since: null, deliveries: [] };
		const sentence = this.reason ?? "it is done";
		const paragraph = `office (revision 1a2b3c4d, ring all): ${this.state}: ${sentence}. Mend it.`;
		return { ...row, policies: [{ ...told, sentence, next: null, advice: "Mend it.", paragraph }] };
	}

	async logs(name: string) {
		return name === this.machineName ? this.outputs({ limit: 1 }) : null;
	}

	async outputs({ after = 0 }: OutputQuery): Promise<readonly OutputRow[]> {
		const ref = {
			seq: after + 1,
			machine: this.machineName,
			rollout: "office@r1/2026-03-02T02:00:00.000Z",
			package: "app",
			attempt: 1,
		};
		const head = "Setting up app\n\u001b]0;owned\u0007";
		return [{ ...ref, at: "1970-01-01T00:00:00.000Z", kind: "install", head, tail: "done\n", total_bytes: 1_000_000 }];
	}

	async swarm(): Promise<SwarmReport> {
		return SWARM;
	}

	async packages(): Promise<readonly PackageRow[]> {
		const { machines, ...row } = PACKAGE;
		return [row];
	}

	async package(sha256: string): Promise<PackagePage | null> {
		return sha256 === DIGEST ? PACKAGE : null;
	}

	async schedule(days: number): Promise<ScheduleReport> {
		this.acts.push(`schedule ${days}`);
		return SCHEDULE;
	}

	async clean(machine: string, { by, reason }: { readonly by: string; readonly reason: string }) {
		if (machine === "busy-01") return { kind: "failed" as const, failure: BUSY };
		if (machine !== this.machineName) return null;
		this.acts.push(`clean ${machine} by ${by}: ${reason}`);
		return { kind: "cleaned" as const, machine, helpers: 1, packages: 2, jobs: 3, busy: 0, freed_bytes: 5e6 };
	}

	async steer(order: OperatorEvent): Promise<Answer> {
		this.orders.push(order);
		return this.answer;
	}

	async scanHostKey(machine: string) {
		if (machine === this.machineName) return { kind: "host_key" as const, host_key: GOOD_KEY };
		return { kind: "failed" as const, failure: { code: "FS-MACHINE-UNKNOWN" as const, detail: machine } };
	}

	async approve(machine: string, hostKey: { fingerprint: string }, by: string) {
		if (hostKey.fingerprint === UNLISTED.fingerprint) return "strict" as const;
		if (hostKey.fingerprint === REVOKED.fingerprint) return "revoked" as const;
		this.acts.push(`approve ${machine} ${hostKey.fingerprint} ${by}`);
		return machine === this.machineName ? ("approved" as const) : ("unknown" as const);
	}

	async forget(machine: string, by: string) {
		this.acts.push(`forget ${machine} ${by}`);
		return machine === this.machineName;
	}

	async testNotices(sink: string | null, by: string) {
		this.acts.push(`test notices ${sink} by ${by}`);
		if (sink === "nobody") return null;
		return [
			{ sink: "ops", failure: null },
			{ sink: "admins", failure: "no answer\u001b[2J" },
		];
	}

	async diff() {
		this.acts.push("diff");
		return this.changes;
	}

	async reload(by: string) {
		this.acts.push(`reload by ${by}`);
		return this.changes;
	}
}
