import { MachineModel } from "../../src/simulate/machine-model.ts";
import { FACTS } from "../plan/fleet-of.ts";

interface Nature {
	readonly isBroken: boolean;
	readonly isDenier: boolean;
	readonly isLiar: boolean;
}

/** A machine with its faults: what it truly is, whatever it says. Times are true ones, ms since the epoch. */
export class SimMachine extends MachineModel {
	readonly nature: Nature;
	isFull = false;
	/** What it announces of itself. */
	labels: Readonly<Record<string, string>> = {};
	/** Each rebuild has a host key of its own. */
	hostKey = 1;
	/** Another machine answers to its name. */
	isImpersonated = false;
	/** It will never be back. */
	isGone = false;
	/** It was down, cut off, rebuilt, full or taken out at some time: it may be late. */
	wasTroubled = false;
	/** Since when our reboot keeps it down. */
	rebootingSince: number | null = null;
	/** Until when its place among the reboots is promised to it. */
	rebootingUntil = 0;
	/** The policy whose reboot it is. */
	rebootingFor: string | null = null;
	/** How often it went down because it was asked to. */
	rebootsAsked = 0;
	#offUntil = 0;

	constructor(name: string, nature: Nature) {
		super(name, FACTS);
		this.nature = nature;
	}

	/** Something on it will never be as wanted. */
	get isHopeless(): boolean {
		return this.nature.isBroken || this.nature.isDenier || this.nature.isLiar;
	}

	/** Who answers when its name is called. */
	get answering(): string {
		return this.isImpersonated ? `SHA256:another-${this.name}` : this.fingerprint;
	}

	get fingerprint(): string {
		return `SHA256:${this.name}-${this.hostKey}`;
	}

	/** When the policy's last installer that left its package ended; null: none did. */
	lastInstallEnd(policy: string): number | null {
		const ours = [...this.jobs].filter(([key]) => key.startsWith(`${policy}@`)).map(([, job]) => job);
		const ends = ours.filter((job) => job.isSettled && job.run.leavesPackage).map(({ endsAt }) => endsAt);
		return ends.length > 0 ? Math.max(...ends) : null;
	}

	/** Whether an installer of the policy truly runs. */
	isInstallingFor(policy: string, now: number): boolean {
		return [...this.jobs].some(
			([key, job]) => key.startsWith(`${policy}@`) && !job.isLost && job.startedAt <= now && now < job.endsAt,
		);
	}

	/** After all that was installed on it by now. */
	needsReboot(now: number): boolean {
		for (const { spec } of this.jobs.values()) this.isInstalled(spec, now);
		return this.isRebootNeeded;
	}

	/** Whatever else switches it off or on: it is down until then at least. */
	stayOff(now: number, until: number): void {
		this.powerOff(now);
		this.#offUntil = Math.max(this.#offUntil, until);
	}

	/** Whether it is on from now on. */
	comeBack(now: number): boolean {
		if (this.isOn || this.isGone || now < this.#offUntil) return false;
		this.powerOn();
		this.rebootingSince = null;
		return true;
	}

	rebuild(now: number): void {
		this.powerOff(now);
		this.installed.clear();
		this.staged.clear();
		this.jobs.clear();
		this.labels = {};
		this.hostKey += 1;
		this.rebootingSince = null;
		this.wasTroubled = true;
		this.powerOn();
	}
}
