import type { Cockpit, StatusReport } from "../../src/console/cockpit.ts";

export const GOOD_KEY = { type: "ssh-ed25519", fingerprint: `SHA256:${"A".repeat(43)}` };

export const REVOKED = { type: "ssh-ed25519", fingerprint: `SHA256:${"R".repeat(43)}` };

/** A daemon of two machines that remembers what was asked of it. */
export class MemoryCockpit implements Cockpit {
	readonly acts: string[] = [];
	state: "verified" | "failed" = "verified";
	machineName = "mill-01";
	reason: string | null = null;
	hostKeys: readonly { readonly type: string; readonly fingerprint: string }[] = [];

	async status(): Promise<StatusReport> {
		const { machineName: machine, state, reason } = this;
		const failed = state === "failed" ? 1 : 0;
		const line = {
			machine,
			ring: "all",
			state,
			reason,
			progress: null,
			delivery: null,
			exit_code: 0,
			verified_at: null,
		};
		return {
			at: "2026-11-23T10:00:00.000Z",
			waiting_for: "waits for an event",
			paused: null,
			problems: [],
			rollouts: [
				{
					policy: "office",
					id: "office@r1/run",
					held: null,
					rings: [{ name: "all", state: "running", machines: 2, verified: 2 - failed, failed }],
					machines: [line],
				},
			],
			machines: [{ name: machine, state, reason }],
			totals: {
				machines: 2,
				installed: 2 - failed,
				failed,
				package_bytes: 100,
				origin_bytes: 100,
				controller_uplink_bytes: 140,
				peer_bytes: 60,
			},
		};
	}

	async plan() {
		const held = {
			policy: "office",
			machine: this.machineName,
			code: "window_closed",
			sentence: "window opens 02:00",
			until: null,
		};
		return {
			steps: [{ kind: "install", line: "install app on mill-02, attempt 1", machine: "mill-02" }],
			held: [held],
			wake_at: null,
		};
	}

	async machines() {
		const row = { address: "10.0.0.1", port: 22, trust: "discovered", presence: "present", groups: [], labels: {} };
		return [
			{
				name: this.machineName,
				...row,
				sources: ["mdns"],
				host_keys: this.hostKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`),
			},
		];
	}

	async why(name: string) {
		const row = (await this.machines()).find((machine) => machine.name === name);
		const policies = [{ policy: "office", state: this.state, sentence: this.reason ?? "done", next: "mend it" }];
		return row ? { ...row, policies } : null;
	}

	async logs(name: string) {
		if (name !== this.machineName) return null;
		const ref = { machine: name, rollout: "office@r1/run", package: "app", attempt: 1 };
		return [
			{
				...ref,
				at: 0,
				kind: "install",
				head: "Setting up app\n\u001b]0;owned\u0007",
				tail: "done\n",
				totalBytes: 1_000_000,
			},
		];
	}

	async pause(by: string, reason: string) {
		this.acts.push(`pause ${by} ${reason}`);
	}

	async resume(by: string) {
		this.acts.push(`resume ${by}`);
	}

	async retry(machine: string, by: string) {
		this.acts.push(`retry ${machine} ${by}`);
		return machine === this.machineName;
	}

	async retryPackage(sha256: string, by: string) {
		this.acts.push(`retry-package ${sha256} ${by}`);
		return false;
	}

	async scanHostKey(machine: string) {
		if (machine === this.machineName) return { kind: "host_key" as const, host_key: GOOD_KEY };
		return { kind: "failed" as const, failure: { code: "FS-MACHINE-UNKNOWN" as const, detail: machine } };
	}

	async approve(machine: string, hostKey: { fingerprint: string }, by: string) {
		if (hostKey.fingerprint === REVOKED.fingerprint) return "revoked" as const;
		this.acts.push(`approve ${machine} ${hostKey.fingerprint} ${by}`);
		return machine === this.machineName ? ("approved" as const) : ("unknown" as const);
	}

	async forget(machine: string, by: string) {
		this.acts.push(`forget ${machine} ${by}`);
		return machine === this.machineName;
	}

	async reload() {
		return ["office.yaml:3:1 expected a name (FS-POLICY-REQUIRED)"];
	}
}
