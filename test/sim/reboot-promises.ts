import type { RebootStep } from "../../src/model/step.ts";
import { isChanging, isRebooting, isWindowOpen } from "./install-promises.ts";
import type { Keep } from "./promises.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Simulator } from "./simulator.ts";

/** What must hold when a machine truly goes down because it was asked to. */
export function checkReboot({ truth }: Simulator, step: RebootStep, machine: SimMachine, keep: Keep): void {
	const course = truth.course(step.rollout);
	const { policy, isRestoring } = course;
	const { name } = machine;
	const text = () => `${name} for ${step.rollout}`;
	keep("a policy that says never reboots nothing", policy.reboot.policy !== "never", text);
	if (policy.reboot.policy === "if_needed")
		keep("only a machine that needs it is rebooted", machine.needsReboot(truth.now), text);
	keep("no machine is rebooted in the middle of an install", !machine.isInstalling(truth.now), text);
	const windows = policy.reboot.window ? [policy.reboot.window] : policy.maintenanceWindows;
	if (windows.length > 0)
		keep("reboots start in their window", isWindowOpen({ ...policy, windows }, isRestoring, truth.clock), text);
	keep("a machine that was taken out is not rebooted", !truth.excluded.has(name), text);
	keep("no reboot starts after an abort", !course.isAborted, text);
	machine.rebootsAsked += 1;
	const installs = [...machine.jobs.values()].filter(({ run }) => run.exitCode !== 1 && run.exitCode !== 75).length;
	const isOnce = machine.rebootsAsked <= installs || machine.hostKey > 1;
	keep("a machine is rebooted once for what was installed", isOnce, text);
	if (truth.clockSetAt !== null && truth.now - truth.clockSetAt < 3_600_000) return;
	const others = [...truth.machines.values()].filter((each) => each !== machine);
	const [down, changing] = [others.filter((each) => isRebooting(each, policy.name, truth.now)), others.filter(isBusy)];
	const { concurrency } = policy.reboot;
	keep("reboots stay within their slots", down.length < concurrency.value, () => `${name} beside ${down.map(nameOf)}`);
	const most = policy.rollout.maxConcurrency.value;
	keep(
		"a rebooting machine counts as installing",
		changing.length < most,
		() => `${name} beside ${changing.map(nameOf)}`,
	);

	function isBusy(each: SimMachine): boolean {
		return isChanging(each, policy.name, truth.now);
	}
}

function nameOf({ name }: SimMachine): string {
	return name;
}
