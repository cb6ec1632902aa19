import { type MachineStep, machineOf, type Step, stepKey } from "../../src/model/step.ts";
import type { Keep } from "./promises.ts";
import { LIMITS, type Simulator } from "./simulator.ts";
import { policyOfStep, type Truth } from "./truth.ts";

/** What must hold when a step begins. */
export function checkStep(sim: Simulator, step: Step, keep: Keep): void {
	const { truth, fleet } = sim;
	keep("nothing starts while it is paused", !isPaused(truth, step), () => stepKey(step));
	if (step.kind === "acquire") checkDownload(sim, step.sha256, keep);
	const machine = machineOf(step);
	if (machine === null) return;
	const isKnown = truth.approved.has(machine) && !truth.quarantined.has(machine);
	keep("nothing is sent to what nobody approved", isKnown, () => stepKey(step));
	const others = [...fleet.running.values()].filter((each) => machineOf(each.step) === machine);
	keep("a machine does one thing at a time", others.length <= 1, () => stepKey(step));
	checkLimits(sim, step, keep);
	if (step.kind === "deliver" || step.kind === "install") checkChange(sim, step, keep);
}

function isPaused({ paused, policy }: Truth, step: Step): boolean {
	const isOurs = step.kind !== "acquire" && policyOfStep(step) === policy.name;
	return paused.has("whole") || (paused.has("policy") && isOurs);
}

function checkLimits({ fleet }: Simulator, step: Step, keep: Keep): void {
	const running = [...fleet.running.values()].filter((each) => machineOf(each.step) !== null);
	const deliveries = running.filter((each) => each.step.kind === "deliver");
	const text = () => `${stepKey(step)} beside ${running.length - 1}`;
	keep("sessions stay within their limit", running.length <= LIMITS.sessions, text);
	keep("deliveries stay within their limit", deliveries.length <= LIMITS.deliveries, text);
}

function checkDownload({ truth }: Simulator, sha256: string, keep: Keep): void {
	const times = (truth.downloads.get(sha256) ?? 0) + 1;
	truth.downloads.set(sha256, times);
	const most = 1 + truth.interruptions;
	keep("the origin sends a package once", times <= most, () => `${times} times, ${sha256.slice(-4)}`);
}

/** What must hold when something new is brought to a machine. */
function checkChange({ truth, fleet }: Simulator, step: MachineStep, keep: Keep): void {
	const course = truth.course(step.rollout);
	const { policy, isAborted, isRestoring } = course;
	if (step.kind === "install") course.sent.add(step.machine);
	const text = () => stepKey(step);
	const machine = truth.machine(step.machine);
	const sha256 = policy.packages.find(({ name }) => name === step.package)?.sha256 ?? "";
	if (step.kind === "deliver") keep("only what was verified is delivered", truth.store.has(sha256), text);
	else keep("only what was delivered is installed", machine.staged.has(sha256) || machine.hostKey > 1, text);
	keep("a machine that was taken out is left alone", !truth.excluded.has(step.machine), text);
	keep("nothing new starts after an abort", !isAborted, text);
	const isCurrent = isRestoring || truth.inForce.some(({ revision }) => revision === policy.revision);
	keep("nothing of an older revision starts", isCurrent, text);
	const isLetThrough = isRestoring || !policy.approval || truth.approvedRevisions.has(policy.revision);
	keep("nothing reaches a machine before it is approved", isLetThrough, text);
	const pins = fleet.machines.get(step.machine)?.trust;
	const isPinned = pins?.kind === "approved" && pins.hostKeys.every(({ fingerprint }) => isApproved(fingerprint));
	keep("a machine is the host key that a person approved", isPinned, text);

	function isApproved(fingerprint: string): boolean {
		return truth.approved.get(step.machine)?.includes(fingerprint) ?? false;
	}
}
