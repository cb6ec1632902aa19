import type { Policy } from "../../src/model/policy.ts";
import type { Keep } from "./promises.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Simulator } from "./simulator.ts";
import type { Trouble } from "./trouble.ts";
import type { Truth } from "./truth.ts";

/** Without hands: whatever went wrong on the way, in the end every machine that can have it has it. */
export function checkConvergence(sim: Simulator, keep: Keep): void {
	const { truth } = sim;
	if (!mayStop(sim))
		for (const machine of truth.machines.values()) if (isExpected(sim, machine)) checkMachine(sim, machine, keep);
	const { beside } = truth;
	if (!beside || truth.isRebootLate) return;
	const isExpectedBeside = ({ name, isGone, isHopeless }: SimMachine) =>
		!isGone && !isHopeless && !truth.quarantined.has(name) && !truth.excluded.has(name);
	for (const machine of truth.machines.values()) if (isExpectedBeside(machine)) checkPolicy(sim, beside, machine, keep);
}

function checkMachine(sim: Simulator, machine: SimMachine, keep: Keep): void {
	const { truth } = sim;
	checkPolicy(sim, truth.policy, machine, keep);
	if (truth.policy.reboot.policy !== "never" && !truth.beside)
		keep("a machine that needs a reboot gets it", !machine.needsReboot(truth.now), () => machine.name);
}

function checkPolicy({ truth, decision }: Simulator, policy: Policy, machine: SimMachine, keep: Keep): void {
	const missing = policy.packages.filter((spec) => !machine.isInstalled(spec, truth.now));
	keep("every machine is brought up in the end", missing.length === 0, () => {
		const reasons = decision.held.filter((each) => each.machine === machine.name || each.machine === null);
		return `${machine.name} lacks ${missing.map(({ name }) => name)}: ${JSON.stringify(reasons)}`;
	});
}

/** A failure, an abort or an empty ring in front may hold up everybody, and rightly so. */
function mayStop({ truth }: Simulator): boolean {
	const machines = [...truth.machines.values()];
	const isAborted = truth.courses().some((course) => course.isAborted);
	const rings = truth.policy.rollout.rings;
	const isRingEmpty = rings.some((_, ring) => {
		const members = machines.filter(({ name }) => truth.ringOf(truth.policy, name) === ring);
		return members.every(({ isGone }) => isGone);
	});
	return (
		isNeverThrough(truth.policy) ||
		mayBeLate(truth) ||
		truth.isRebootLate ||
		isAborted ||
		isRingEmpty ||
		machines.some(({ isHopeless }) => isHopeless)
	);
}

/** A machine in reach may have been kept from going on for longer than the progress deadline: then it stops, until a person retries it. */
const DELAYS: readonly Trouble["kind"][] = ["relabel", "disk_full", "package_lost", "impostor", "clock"];

function mayBeLate({ scenario, policy }: Truth): boolean {
	const isDelayed = scenario.troubles.some(({ kind }) => DELAYS.includes(kind));
	return isDelayed && policy.rollout.progressDeadlineMs !== undefined;
}

/** A later run does not select whoever has another label by then. */
function isLeftOut({ scenario, policy, policies }: Truth): boolean {
	const isRunAgain = scenario.policy.schedule !== undefined || scenario.troubles.some(({ kind }) => kind === "run_now");
	const isRunOnce = policies.length === 1 && !isRunAgain && policy.rollout.onFailure !== "rollback";
	return policy.targets.labelsExcludeAny.length > 0 && scenario.isRelabelling === true && !isRunOnce;
}

function isExpected({ truth }: Simulator, { name, isGone, wasTroubled }: SimMachine): boolean {
	if (isLeftOut(truth)) return false;
	const mayBeGivenUp = truth.policy.offline.policy !== "wait" && (wasTroubled || truth.clockSetAt !== null);
	return !isGone && !mayBeGivenUp && !truth.quarantined.has(name) && !truth.excluded.has(name);
}

const HOUR = 3_600_000;

/** Each night the rings begin anew, and may need more time than the window has; some minutes a night may not be enough for all. */
function isNeverThrough({ schedule, maintenanceWindows, rollout: { rings } }: Policy): boolean {
	const isSlow = rings.some(({ minHealthyTimeMs, promote }) => minHealthyTimeMs > 0 || promote === "manual");
	const isShort = maintenanceWindows.some(({ durationMs, cutoffMs }) => durationMs - cutoffMs < HOUR);
	return isShort || (schedule.kind === "cron" && maintenanceWindows.length > 0 && isSlow);
}
