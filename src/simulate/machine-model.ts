import type { JobState, MachineFacts, Observation, PackageFacts } from "../model/facts.ts";
import type { DetectionRule, PackageSpec } from "../model/policy.ts";
import type { TaskRef } from "../model/step.ts";

/** How one run of an installer goes. */
export interface Run {
	readonly exitCode: number;
	readonly takesMs: number;
	/** It did its work: detection finds the package afterwards, or finds it no more when it shall be absent, whatever the exit code says. */
	readonly leavesPackage: boolean;
	readonly needsReboot: boolean;
}

export interface Job {
	readonly startedAt: number;
	readonly endsAt: number;
	readonly spec: PackageSpec;
	readonly run: Run;
	/** The boot in which it runs. */
	readonly bootId: string;
	/** Power was cut while it ran: it leaves no result. */
	isLost: boolean;
	isSettled: boolean;
}

/** What a machine is, without what changes as it goes. */
export type Hardware = Pick<
	MachineFacts,
	"os" | "distribution" | "osVersion" | "arch" | "diskFreeBytes" | "memoryBytes" | "packageManagers"
>;

/** A machine with a truth of its own, of which the core learns by steps alone. Times are ms since the epoch. */
export class MachineModel {
	readonly name: string;
	hardware: Hardware;
	isOn = true;
	isRebootNeeded = false;
	users = 0;
	boots = 1;
	/** Versions by package name. */
	readonly installed = new Map<string, string>();
	/** Digests of the packages in the staging folder. */
	readonly staged = new Set<string>();
	readonly jobs = new Map<string, Job>();

	constructor(name: string, hardware: Hardware) {
		this.name = name;
		this.hardware = hardware;
	}

	get bootId(): string {
		return `${this.name}-boot-${this.boots}`;
	}

	/** Starts the attempt's job, or joins it: a machine runs one attempt once. */
	startJob(ref: TaskRef, spec: PackageSpec, run: Run, now: number): { readonly job: Job; readonly isNew: boolean } {
		const known = this.jobs.get(keyOf(ref));
		if (known) return { job: known, isNew: false };
		const { bootId } = this;
		const job = { startedAt: now, endsAt: now + run.takesMs, spec, run, bootId, isLost: false, isSettled: false };
		this.jobs.set(keyOf(ref), job);
		return { job, isNew: true };
	}

	jobOf(ref: TaskRef): Job | undefined {
		return this.jobs.get(keyOf(ref));
	}

	isInstalling(now: number): boolean {
		return [...this.jobs.values()].some((job) => !job.isLost && job.startedAt <= now && now < job.endsAt);
	}

	/** Power off: what ran is lost. */
	powerOff(now: number): void {
		this.#settle(now);
		this.isOn = false;
		for (const job of this.jobs.values()) if (job.endsAt > now) job.isLost = true;
	}

	powerOn(): void {
		if (this.isOn) return;
		this.isOn = true;
		this.boots += 1;
		this.isRebootNeeded = false;
	}

	facts(): MachineFacts {
		const { hardware, bootId, isRebootNeeded, users } = this;
		return { ...hardware, bootId, isRebootNeeded, users };
	}

	packageFacts(ref: TaskRef, spec: PackageSpec, now: number): PackageFacts {
		this.#settle(now);
		const observations = spec.detection.map((rule) => this.#observe(spec, rule));
		return { observations, job: this.#jobState(ref, now), isStaged: this.staged.has(spec.sha256) };
	}

	isInstalled(spec: PackageSpec, now: number): boolean {
		this.#settle(now);
		return this.installed.get(spec.name) === spec.version;
	}

	/** Ended jobs leave their mark, in the order in which they ended. */
	#settle(now: number): void {
		for (const job of this.jobs.values()) {
			if (job.isLost || job.isSettled || job.endsAt > now) continue;
			job.isSettled = true;
			if (job.run.leavesPackage) this.#leave(job.spec);
			if (job.run.needsReboot) this.isRebootNeeded = true;
		}
	}

	#leave({ name, version, state }: PackageSpec): void {
		if (state === "absent") this.installed.delete(name);
		else this.installed.set(name, version);
	}

	#jobState(ref: TaskRef, now: number): JobState {
		const job = this.jobOf(ref);
		if (!job) return { kind: "none" };
		if (job.isLost) return { kind: "lost" };
		return job.endsAt > now ? { kind: "running" } : { kind: "exited", exitCode: job.run.exitCode };
	}

	#observe(spec: PackageSpec, rule: DetectionRule): Observation {
		const version = this.installed.get(spec.name);
		const isThere = version === spec.version;
		switch (rule.type) {
			case "package":
				return { type: "package", version: isThere ? (rule.version ?? version) : (version ?? null) };
			case "file":
				return {
					type: "file",
					exists: isThere,
					...(isThere && rule.sha256 ? { sha256: rule.sha256 } : {}),
					...(isThere && rule.version ? { version: rule.version } : {}),
				};
			case "registry":
				return {
					type: "registry",
					exists: isThere,
					...(isThere && rule.data !== undefined ? { data: rule.data } : {}),
				};
			case "msi":
				return { type: "msi", version: isThere ? (rule.version ?? version) : null };
			case "script":
				return { type: "script", exitCode: isThere ? 0 : 1 };
		}
	}
}

function keyOf({ rollout, package: name, attempt }: TaskRef): string {
	return `${rollout} ${name} ${attempt}`;
}
