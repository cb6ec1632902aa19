import { join } from "node:path";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { Controller } from "./controller.ts";
import {
	type ControllerFiles,
	type LabSettings,
	RINGS,
	writeConfiguration,
	writeControllerFiles,
	writePolicy,
	writePolicyText,
} from "./controller-files.ts";
import { type Evidence, readEvidence } from "./evidence.ts";
import { emptyNamespace } from "./footprint.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import type { ServedPackage } from "./small-package.ts";
import { meterTraffic, type Traffic } from "./traffic.ts";
import { waitFor } from "./wait.ts";

const POLL_MS = 1_500;

export interface TrialOptions {
	readonly name: string;
	/** Approved in advance; default: all machines. */
	readonly known?: readonly LabMachine[];
	/** In the inventory too, so that they are known while they are off. */
	readonly listed?: readonly LabMachine[];
	/** Where our helper lies; default: there is none. */
	readonly helperFolder?: string;
	/** Of machines that are listed, by name. */
	readonly labels?: Readonly<Record<string, object>>;
	readonly settings?: LabSettings;
}

/** One controller's life on fresh machines: its files, its daemon, and what the lab sees of it from outside. */
export class Trial {
	readonly lab: Lab;
	readonly controller: Controller;
	readonly #files: ControllerFiles;
	readonly #readTraffic: () => Promise<Traffic>;
	readonly #startedAt = performance.now();

	private constructor(lab: Lab, files: ControllerFiles, readTraffic: () => Promise<Traffic>) {
		const { footprint, controllerLink: link, signal } = lab;
		const { folder } = files;
		this.lab = lab;
		this.#files = files;
		this.#readTraffic = readTraffic;
		this.controller = new Controller({ footprint, link, folder, signal });
	}

	/** Writes all files but the policy and begins to count; the machines must be up, the daemon is not started. */
	static async prepare(lab: Lab, { name, known = lab.machines, listed = [], ...rest }: TrialOptions): Promise<Trial> {
		const folder = join(lab.footprint.folder, `controller-${name}`);
		const { identityFile, controllerLink } = lab;
		const files = { folder, address: controllerLink.address, identityFile, known, listed, ...rest };
		await writeControllerFiles(files);
		return new Trial(lab, files, await meterTraffic(lab));
	}

	/** Seconds since the trial was prepared. */
	get seconds(): number {
		return (performance.now() - this.#startedAt) / 1000;
	}

	/** How long a rollout may take before the lab gives up on it, in ms. */
	get patienceMs(): number {
		return (240 + 15 * this.lab.floorSeconds) * 1000;
	}

	writePolicy(served: ServedPackage): Promise<void> {
		return writePolicy({ folder: this.#files.folder, served, firstRing: this.lab.machines.slice(0, 2) });
	}

	/** A policy of the scenario's own. */
	writeOwnPolicy(policy: object): Promise<void> {
		return writePolicyText(this.#files.folder, policy);
	}

	/** Another configuration, which the daemon reads at its next reload. */
	async writeSettings(settings: LabSettings): Promise<void> {
		await writeConfiguration({ ...this.#files, settings });
	}

	/** Waits until the daemon's own report is as asked, telling on the way what it says; throws when that does not come. */
	async waitForStatus(what: string, isThere: (status: StatusReport) => boolean): Promise<StatusReport> {
		let told = "";
		const ask = async () => {
			const status = await this.controller.status();
			if (status === null) return null;
			const line = `${what}: ${describe(status)}`;
			if (line !== told) this.lab.log(`${this.seconds.toFixed(0).padStart(4)} s  ${line}`);
			told = line;
			return isThere(status) ? status : null;
		};
		const { signal } = this.lab;
		return waitFor(ask, { what, timeoutMs: this.patienceMs, signal, intervalMs: POLL_MS });
	}

	/** What the machines say of a package. */
	evidence(of: Pick<ServedPackage, "name" | "version">): Promise<readonly Evidence[]> {
		return Promise.all(this.lab.machines.map((machine) => readEvidence(machine, of)));
	}

	/** What a person would look at first when a trial has gone wrong. */
	async lastWords(): Promise<string> {
		const { stdout, stderr } = await this.controller.fleetseed(["status"]);
		return `${stdout}${stderr}\nthe daemon's log ends:\n${await this.controller.lastLog(40)}`;
	}

	/** Whatever is left of the daemon ends; its files stay. The next trial's daemon meets nobody on its ports. */
	async end(): Promise<void> {
		await this.controller.kill();
		await emptyNamespace(this.lab.controllerLink.namespace);
	}

	traffic(): Promise<Traffic> {
		return this.#readTraffic();
	}
}

function describe({ totals, machines, rollouts }: StatusReport): string {
	const rings = rollouts
		.flatMap((rollout) => rollout.rings)
		.map((ring) => `${ring.name} ${ring.verified}/${ring.machines}`);
	const states = Map.groupBy(machines, ({ state }) => state);
	const counts = [...states].map(([state, each]) => `${each.length} ${state}`);
	return [`${totals.installed} of ${totals.machines} installed`, ...rings, ...counts].join(", ");
}

/** The daemon's word of when each machine of the first ring was verified, ms since the epoch; null: not all are. */
export function firstRingVerifiedAt({ rollouts }: StatusReport): number | null {
	const members = rollouts.flatMap(({ machines }) => machines).filter(({ ring }) => ring === RINGS.first);
	const times = members.map(({ verified_at }) => (verified_at === null ? Number.NaN : Date.parse(verified_at)));
	const last = Math.max(...times);
	return times.length === 0 || Number.isNaN(last) ? null : last;
}
