import { type MachineStep, machineOf, type Step, stepKey } from "../../src/model/step.ts";
import type { Keep } from "./promises.ts";
import type { Simulator } from "./simulator.ts";

/** What must hold when a step begins. */
export function checkStep(sim: Simulator, step: Step, keep: Keep): void {
	const { truth, fleet } = sim;
	keep("nothing starts while it is paused", truth.paused.size === 0, () => stepKey(step));
	if (step.kind === "acquire") checkDownload(sim, step.sha256, keep);
	const machine = machineOf(step);
	if (machine === null) return;
	const isKnown = truth.approved.has(machine) && !truth.quarantined.has(machine);
	keep("nothing is sent to what nobody approved", isKnown, () => stepKey(step));
	const others = [...fleet.running.values()].filter((each) => machineOf(each.step) === machine);
	keep("a machine does one thing at a time", others.length <= 1, () => stepKey(step));
	if (step.kind === "deliver" || step.kind === "install") checkChange(sim, step, keep);
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
	const isCurrent = isRestoring || policy.revision === truth.policy.revision;
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
