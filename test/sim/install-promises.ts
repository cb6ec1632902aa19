import type { MaintenanceWindow, PackageSpec, Policy } from "../../src/model/policy.ts";
import type { MachineStep } from "../../src/model/step.ts";
import type { Course } from "./course.ts";
import type { Keep } from "./promises.ts";
import { checkPrestaged, checkRingOrder } from "./ring-promises.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Simulator } from "./simulator.ts";
import type { Truth } from "./truth.ts";

const HOUR = 3_600_000;

/** What must hold when an installer truly begins. */
export function checkInstall({ truth }: Simulator, step: MachineStep, spec: PackageSpec, keep: Keep): void {
	const course = truth.course(step.rollout);
	const machine = truth.machine(step.machine);
	const text = () => `${machine.name} ${spec.name} ${step.attempt} of ${step.rollout}`;
	checkMoment(truth, course, keep, text);
	checkOnce(truth, machine, spec, keep, text);
	checkConcurrency(truth, course, machine, keep);
	checkBudget(truth, course, machine, keep);
	checkRingOrder(truth, course, machine, keep);
	checkPrestaged(truth, course, machine, keep);
	if (!course.started.has(machine.name)) course.started.set(machine.name, truth.now);
}

function checkMoment({ clock }: Truth, { policy, isRestoring }: Course, keep: Keep, text: () => string): void {
	const { availableAt, maintenanceWindows } = policy;
	const when = () => `${text()} at ${new Date(clock).toISOString()}`;
	if (availableAt !== undefined)
		keep("nothing is installed before it is available", isRestoring || clock >= availableAt, when);
	if (maintenanceWindows.length > 0)
		keep(
			"installs start in their window",
			isWindowOpen({ ...policy, windows: maintenanceWindows }, isRestoring, clock),
			when,
		);
}

interface Opening extends Pick<Policy, "deadline"> {
	readonly windows: readonly MaintenanceWindow[];
}

/** By the clock on the wall in Budapest: from the start until the cutoff before the end. */
export function isWindowOpen({ deadline, windows }: Opening, isRestoring: boolean, clock: number): boolean {
	if (!isRestoring && deadline !== undefined && clock >= deadline) return true;
	const wall = new Date(clock).toLocaleTimeString("en-GB", { timeZone: "Europe/Budapest" });
	const [hours = 0, minutes = 0, seconds = 0] = wall.split(":").map(Number);
	return windows.some(({ startTime, durationMs, cutoffMs }) => {
		const openForMs = ((hours - startTime.hour) * 3600 + minutes * 60 + seconds) * 1000;
		return openForMs >= 0 && openForMs < durationMs - cutoffMs;
	});
}

function checkOnce({ now }: Truth, machine: SimMachine, spec: PackageSpec, keep: Keep, text: () => string): void {
	keep("a machine runs one installer at a time", !machine.isInstalling(now), text);
	if (machine.nature.isDenier) return;
	keep("what is installed is not installed again", !machine.isInstalled(spec, now), text);
}

/** A clock that was set makes slots end early: what it says is all that the daemon knows. */
function checkConcurrency(truth: Truth, { policy, isRestoring }: Course, machine: SimMachine, keep: Keep): void {
	if (truth.clockSetAt !== null && truth.now - truth.clockSetAt < HOUR) return;
	const { maxConcurrency, rings } = policy.rollout;
	const others = [...truth.machines.values()].filter(
		(each) => each !== machine && isChanging(each, policy.name, truth.now),
	);
	const text = () => `${machine.name} beside ${others.map(({ name }) => name)}`;
	keep("installs stay within max_concurrency", others.length < maxConcurrency.value, text);
	const ring = truth.ringOf(policy, machine.name);
	const most = rings[ring]?.maxConcurrency?.value;
	if (most === undefined || isRestoring) return;
	const inRing = others.filter(({ name }) => truth.ringOf(policy, name) === ring);
	keep("installs stay within the ring's max_concurrency", inRing.length < most, text);
}

export function isChanging(machine: SimMachine, policy: string, now: number): boolean {
	return machine.isInstallingFor(policy, now) || isRebooting(machine, policy, now);
}

export function isRebooting(machine: SimMachine, policy: string, now: number): boolean {
	const { rebootingSince, rebootingUntil, rebootingFor, isGone } = machine;
	return !isGone && rebootingFor === policy && rebootingSince !== null && now < rebootingUntil;
}

/** What the journal was told before this decision: failed machines that nobody has retried, taken out or forgotten. */
function checkBudget({ excluded, approved, now }: Truth, course: Course, machine: SimMachine, keep: Keep): void {
	const { policy, requested, started, sent, isRestoring } = course;
	const isIn = (name: string) => approved.has(name) && !excluded.has(name);
	const failed = [...course.failed].filter(isIn);
	const { maxErrors, maxFailPercentage, minExecuted } = policy.rollout;
	if (isRestoring || requested.has(machine.name)) return;
	const text = () => `${machine.name} after ${failed}`;
	if (maxErrors !== undefined) keep("installs stop when max_errors is spent", failed.length <= maxErrors, text);
	// What is begun by one decision is begun at once.
	const isEnough = [...started].filter(([name, at]) => at < now && isIn(name)).length >= minExecuted;
	if (maxFailPercentage === undefined || !isEnough) return;
	const isWithin = failed.length * 100 <= maxFailPercentage * sent.size;
	keep("installs stop when max_fail_percentage is spent", isWithin, text);
}
