import type { Cockpit, ScannedKey } from "../console/cockpit.ts";
import { machineRow, planReport, whyReport } from "../console/machine-report.ts";
import { statusReport } from "../console/report.ts";
import type { Event } from "../model/event.ts";
import type { HostKey } from "../model/machine.ts";
import { describeProblem } from "../policy/document.ts";
import type { OutputRecord } from "../record/journal.ts";
import type { Daemon } from "./daemon.ts";

const SCAN_TIMEOUT_MS = 15_000;

/** The console's hold on the daemon: what it shows is read from the fleet, what it does goes in as events. */
export class Controls implements Cockpit {
	readonly #daemon: Daemon;
	readonly #now: () => number;

	constructor(daemon: Daemon, now: () => number) {
		this.#daemon = daemon;
		this.#now = now;
	}

	async status() {
		const { ledger, loop, journal, progress, problems } = this.#daemon;
		await this.#daemon.readUplink();
		const { fleet } = ledger;
		const decision = loop.decision();
		return statusReport({
			fleet,
			decision,
			now: this.#now(),
			waitingFor: progress.sentence(fleet, decision),
			problems: problems.map(describeProblem),
			uplink: journal.uplink(),
			delivered: (machine, sha256) => {
				const state = fleet.packages.get(sha256);
				return state?.kind === "held" ? progress.delivered(machine, sha256, state.sizeBytes) : undefined;
			},
		});
	}

	async plan() {
		return planReport(this.#daemon.loop.decision(), this.#daemon.ledger.fleet);
	}

	async machines() {
		return [...this.#daemon.ledger.fleet.machines.values()].map(machineRow);
	}

	async why(name: string) {
		const { ledger, loop } = this.#daemon;
		const machine = ledger.fleet.machines.get(name);
		return machine ? whyReport(ledger.fleet, loop.decision(), machine) : null;
	}

	async logs(name: string): Promise<readonly OutputRecord[] | null> {
		return this.#isKnown(name) ? this.#daemon.journal.outputs(name) : null;
	}

	async pause(by: string, reason: string): Promise<void> {
		this.#record({ kind: "Paused", by, reason, at: this.#now() });
	}

	async resume(by: string): Promise<void> {
		this.#record({ kind: "Resumed", by, at: this.#now() });
	}

	async retry(machine: string, by: string): Promise<boolean> {
		this.#record({ kind: "RetryRequested", machine, by, at: this.#now() });
		return this.#isKnown(machine);
	}

	async retryPackage(sha256: string, by: string): Promise<boolean> {
		const state = this.#daemon.ledger.fleet.packages.get(sha256);
		this.#record({ kind: "PackageRetryRequested", sha256, by, at: this.#now() });
		return state !== undefined && state.kind !== "held";
	}

	async scanHostKey(name: string): Promise<ScannedKey> {
		const machine = this.#daemon.ledger.fleet.machines.get(name);
		if (!machine)
			return {
				kind: "failed",
				failure: { code: "FS-MACHINE-UNKNOWN", detail: `${name}: no machine of this name is known` },
			};
		const scanned = await this.#daemon.pusher.scanHostKey(machine, AbortSignal.timeout(SCAN_TIMEOUT_MS));
		return scanned.kind === "failed" ? scanned : { kind: "host_key", host_key: scanned.hostKey };
	}

	async approve(machine: string, hostKey: HostKey, by: string): Promise<"approved" | "unknown" | "revoked"> {
		if (!this.#isKnown(machine)) return "unknown";
		if (this.#daemon.isRevoked(hostKey)) return "revoked";
		this.#record({ kind: "MachineApproved", machine, hostKeys: [hostKey], by, at: this.#now() });
		return "approved";
	}

	async forget(machine: string, by: string): Promise<boolean> {
		const isKnown = this.#isKnown(machine);
		this.#record({ kind: "MachineForgotten", machine, by, at: this.#now() });
		return isKnown;
	}

	async reload(): Promise<readonly string[]> {
		return (await this.#daemon.reload()).map(describeProblem);
	}

	#isKnown(machine: string): boolean {
		return this.#daemon.ledger.fleet.machines.has(machine);
	}

	#record(event: Event): void {
		this.#daemon.record([event]);
	}
}
