import type { ErrorCode } from "../../src/model/error-codes.ts";
import type { Outcome } from "../../src/model/event.ts";
import type { PackageFacts } from "../../src/model/facts.ts";
import type { PackageSpec } from "../../src/model/policy.ts";
import type { FactsStep, MachineStep, RebootStep } from "../../src/model/step.ts";
import type { Run } from "../../src/simulate/machine-model.ts";
import type { Random } from "../../src/simulate/random.ts";
import type { SimMachine } from "./sim-machine.ts";

export type OutsideStep = MachineStep | FactsStep | RebootStep;

/** A step under way: how long it takes, and what comes of it, to be asked at its end; null: it takes as long again. */
export interface Doing {
	readonly takesMs: number;
	readonly outcome: () => Outcome | null;
}

export interface Place {
	readonly machine: SimMachine;
	readonly random: Random;
	readonly specs: readonly PackageSpec[];
	readonly busyShare: number;
	readonly lossShare: number;
	/** The host keys that a person approved. */
	readonly pinned: readonly string[];
	/** True time, ms since the epoch. */
	readonly now: () => number;
	/** What the controller takes for the time. */
	readonly clock: () => number;
	/** The installer, the reboot truly begins. */
	readonly onInstall: (spec: PackageSpec) => void;
	readonly onReboot: (downMs: number) => void;
}

/** Does the step as a machine would. Of what is cut in the middle, all was done all the same. */
export function perform(step: OutsideStep, place: Place): Doing {
	const { machine, random, pinned, lossShare } = place;
	if (!machine.isOn) return { takesMs: 10_000, outcome: () => failed("FS-SSH-TIMEOUT") };
	const { answering } = machine;
	if (!pinned.includes(answering)) {
		const sawHostKey = { type: "ssh-ed25519", fingerprint: answering };
		return { takesMs: 100, outcome: () => ({ ...failed("FS-SSH-HOSTKEY"), sawHostKey }) };
	}
	const { boots, hostKey } = machine;
	const { takesMs, outcome } = begin(step, place);
	if (step.kind === "reboot") return { takesMs, outcome };
	if (random.happens(lossShare)) {
		machine.wasTroubled = true;
		return { takesMs: takesMs / 2, outcome: () => failed("FS-SSH-LOST") };
	}
	const isSame = () => machine.isOn && machine.boots === boots && machine.hostKey === hostKey;
	return { takesMs, outcome: () => (isSame() ? outcome() : failed("FS-SSH-LOST")) };
}

function begin(step: OutsideStep, place: Place): Doing {
	const { machine, random } = place;
	const takesMs = random.between(200, 700);
	if (step.kind === "reboot") return reboot(step, place);
	if (step.kind === "read_facts") return { takesMs, outcome: () => ({ kind: "facts_read", machine: machine.facts() }) };
	const spec = place.specs.find(({ name }) => name === step.package);
	if (!spec) throw new Error(`${step.rollout}: no package ${step.package}`);
	switch (step.kind) {
		case "inspect":
			return { takesMs, outcome: () => inspected(step, spec, place) };
		case "deliver":
			return deliver(spec, place);
		default:
			return install(step, spec, place);
	}
}

function inspected(step: MachineStep, spec: PackageSpec, { machine, now }: Place): Outcome {
	const facts = machine.packageFacts(step, spec, now());
	return { kind: "inspected", facts: machine.nature.isDenier ? denied(facts) : facts, machine: machine.facts() };
}

function denied(facts: PackageFacts): PackageFacts {
	return { ...facts, observations: facts.observations.map(() => ({ type: "package", version: null })) };
}

function deliver(spec: PackageSpec, { machine, random }: Place): Doing {
	const takesMs = random.between(2_000, 22_000);
	const outcome = (): Outcome => {
		if (machine.isFull) return failed("FS-DELIVER-DISK");
		machine.staged.add(spec.sha256);
		return { kind: "delivered", method: "agent", bytes: 1_000, durationMs: takesMs };
	};
	return { takesMs, outcome };
}

/** Joins the attempt's job if there is one: a machine runs one attempt once. */
function install(step: MachineStep, spec: PackageSpec, place: Place): Doing {
	const { machine, now, onInstall } = place;
	const known = machine.jobOf(step);
	if (!known && step.kind === "follow") return { takesMs: 200, outcome: () => failed("FS-SSH-LOST") };
	if (!known && !machine.staged.has(spec.sha256)) return { takesMs: 200, outcome: () => failed("FS-DELIVER-FAILED") };
	if (!known) onInstall(spec);
	const { job } = machine.startJob(step, spec, fate(step, spec, place), now());
	const takesMs = Math.max(100, job.endsAt - now());
	return {
		takesMs,
		outcome: () =>
			job.isLost ? failed("FS-SSH-LOST") : { kind: "exited", exitCode: job.run.exitCode, bootId: job.bootId },
	};
}

/** Nobody is busy four times in a row: after ten times a machine would rightly have failed. */
const LONGEST_BUSY = 4;

function fate({ attempt }: MachineStep, { returnCodes }: PackageSpec, { machine, random, busyShare }: Place): Run {
	const { isBroken, isLiar } = machine.nature;
	const takesMs = Math.round(random.between(1_000, 55_000));
	const wish = random.share();
	const isBusy = random.happens(busyShare) && attempt % LONGEST_BUSY !== 0;
	if (isBroken) return { exitCode: 1, takesMs, leavesPackage: false, needsReboot: false };
	if (isBusy) return { exitCode: 75, takesMs, leavesPackage: false, needsReboot: false };
	const [soft = 0, hard = 0] = [returnCodes.softReboot[0], returnCodes.hardReboot[0]];
	const exitCode = wish < 0.05 ? hard : wish < 0.1 ? soft : 0;
	return { exitCode, takesMs, leavesPackage: !isLiar, needsReboot: wish < 0.3 };
}

const REBOOT_POLL_MS = 5_000;

/** Waits for the machine until the step's deadline. */
function reboot(step: RebootStep, { machine, random, onReboot, clock }: Place): Doing {
	const back = (): Outcome => ({ kind: "rebooted", bootId: machine.bootId });
	if (machine.bootId !== step.bootId) return { takesMs: 300, outcome: back };
	if (clock() >= step.askUntil) return { takesMs: 60_000, outcome: () => failed("FS-REBOOT-LATE") };
	onReboot(Math.round(random.between(20_000, 120_000)));
	const look = (): Outcome | null => {
		if (machine.isOn && machine.bootId !== step.bootId) return back();
		return clock() < step.deadline ? null : failed("FS-REBOOT-TIMEOUT");
	};
	return { takesMs: REBOOT_POLL_MS, outcome: look };
}

function failed(code: ErrorCode): Extract<Outcome, { kind: "failed" }> {
	return { kind: "failed", failure: { code, detail: "said by the world" } };
}
