import type { StatusReport } from "../../src/console/cockpit.ts";
import type { Checks } from "./checks.ts";
import { closeRoot, DEPLOY_USER } from "./deploy-user.ts";
import { type Evidence, sshdUpAt } from "./evidence.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { BREAKS_INSTALLS, makeSmallPackage, packageEntry, type ServedPackage, WANTS_REBOOT } from "./small-package.ts";
import type { Trial } from "./trial.ts";

/** What a scenario of a policy's rules has found, beside the traffic that every scenario measures. */
export interface Steered {
	readonly status: StatusReport;
	readonly evidence: readonly Evidence[];
	readonly checks: Checks;
	readonly notes: Readonly<Record<string, unknown>>;
	readonly packageBytes: number;
}

const SOAK_SECONDS = 10;

/**
 * A canary of one that soaks; then a ring that is delivered to as a whole before its first install, in which two machines
 * would break: the first of them that is reached stops everything, each machine's reason can be asked for, and a retry
 * finishes it once both are mended. Two, since nobody knows in which order machines are found.
 */
export async function rings(lab: Lab, trial: Trial): Promise<Steered> {
	const [canary, ...others] = lab.machines;
	const fragile = others.slice(0, 2);
	if (!canary || fragile.length < 2) throw new Error("this needs three machines");
	const small = await makeSmallPackage(lab, "lab-rings", "1.0");
	for (const machine of fragile) await machine.must(["touch", BREAKS_INSTALLS]);
	await trial.writeOwnPolicy(ringsPolicy(small, canary));
	await trial.controller.start();
	const hasStopped = ({ rollouts }: StatusReport) =>
		rollouts.some(({ machines }) => machines.some(({ reason }) => /max_errors is 0/.test(reason ?? "")));
	await trial.waitForStatus("the broken machine stops the rollout", hasStopped);
	const stopped = await trial.evidence(small);
	const broken = fragile.find((machine) => ran(stopped, machine).length > 0);
	if (!broken) throw new Error("it stopped before the first machine broke");
	const unreached = others.filter((machine) => ran(stopped, machine).length === 0);
	const why = await whyOf(trial, [broken, ...unreached]);
	for (const machine of fragile) await machine.must(["rm", BREAKS_INSTALLS]);
	const retried = await trial.controller.fleetseed(["retry", broken.name]);
	const isDone = ({ totals }: StatusReport) => totals.installed >= lab.machines.length;
	const status = await trial.waitForStatus("all are installed after the retry", isDone);
	const evidence = await trial.evidence(small);
	const checks = {
		...soakChecks(evidence, canary, others),
		all_delivered_before_the_ring_began: deliveredBefore(trial, others, firstRun(evidence, others)),
		the_failure_stopped_the_rollout: unreached.length > 0 && nothingFollowed(stopped, broken),
		why_names_the_failure: /FS-INSTALL-EXIT/.test(why[broken.name] ?? ""),
		why_names_the_brake: unreached.every(({ name }) => /max_errors is 0/.test(why[name] ?? "")),
		retry_was_taken: retried.code === 0,
		all_installed: evidence.every(({ isInstalled }) => isInstalled),
		only_the_broken_one_ran_twice: evidence.every(
			({ machine, installerRuns }) => installerRuns.length === (machine === broken.name ? 2 : 1),
		),
	};
	const notes = { broken: broken.name, unreached: unreached.map(({ name }) => name), why };
	return { status, evidence, checks, notes, packageBytes: small.sizeBytes };
}

function ringsPolicy(small: ServedPackage, canary: LabMachine): object {
	return {
		version: 1,
		name: "lab",
		packages: [packageEntry(small)],
		targets: { match: "*" },
		rollout: {
			max_concurrency: 1,
			max_errors: 0,
			prestage_threshold: 100,
			rings: [
				{ name: "canary", targets: { machines: [canary.name] }, min_healthy_time: `${SOAK_SECONDS}s` },
				{ name: "everyone" },
			],
		},
		schedule: "now",
	};
}

async function whyOf(trial: Trial, machines: readonly LabMachine[]): Promise<Record<string, string>> {
	const answers: Record<string, string> = {};
	for (const { name } of machines) answers[name] = (await trial.controller.fleetseed(["why", name])).stdout.trim();
	return answers;
}

function ran(evidence: readonly Evidence[], { name }: LabMachine): readonly number[] {
	return evidence.find(({ machine }) => machine === name)?.installerRuns ?? [];
}

function firstRun(evidence: readonly Evidence[], machines: readonly LabMachine[]): number {
	return Math.min(...machines.flatMap((machine) => ran(evidence, machine)));
}

/** dpkg's time is rounded down to the second, which makes the soak look longer by up to one. */
function soakChecks(evidence: readonly Evidence[], canary: LabMachine, others: readonly LabMachine[]): Checks {
	const installedAt = evidence.find(({ machine }) => machine === canary.name)?.installedAt ?? Number.POSITIVE_INFINITY;
	return { the_canary_soaked: firstRun(evidence, others) >= installedAt + SOAK_SECONDS * 1000 };
}

/** One install at a time: after the broken one's no other was started. */
function nothingFollowed(evidence: readonly Evidence[], broken: LabMachine): boolean {
	const failedAt = Math.max(...ran(evidence, broken));
	return evidence.every(({ installerRuns }) => installerRuns.every((at) => at <= failedAt));
}

/** By the journal: every delivery to them had ended. */
function deliveredBefore(trial: Trial, machines: readonly LabMachine[], at: number): boolean {
	const ends = trial.controller.deliveriesEndedAt();
	return machines.every(({ name }) => (ends.get(name) ?? Number.POSITIVE_INFINITY) <= at);
}

/**
 * Two machines ask for a reboot; one slot: they go down one after the other, and each comes back before the next one goes.
 * Nobody logs in as root here: on one of the two sudo asks for a password, on the others it does not.
 */
export async function reboots(lab: Lab, trial: Trial): Promise<Steered> {
	const [first, second, ...others] = lab.machines;
	if (!first || !second) throw new Error("this needs two machines");
	const small = await makeSmallPackage(lab, "lab-reboots", "1.0");
	for (const machine of [first, second]) await machine.must(["touch", WANTS_REBOOT]);
	for (const machine of lab.machines) await closeRoot(machine, { sudoAsks: machine === second });
	const before = await bootIds(lab);
	await trial.writeOwnPolicy({
		version: 1,
		name: "lab",
		packages: [packageEntry(small)],
		targets: { match: "*" },
		reboot: { policy: "if_needed", concurrency: 1, timeout: "5m", test_command: "systemctl is-active ssh" },
		schedule: "now",
		ssh: { user: DEPLOY_USER },
		become: true,
	});
	await trial.controller.start();
	const isDone = ({ totals }: StatusReport) => totals.installed >= lab.machines.length;
	const status = await trial.waitForStatus("all are installed, two after a reboot", isDone);
	const after = await bootIds(lab);
	const outages = await Promise.all([first, second].map(outageOf));
	const evidence = await trial.evidence(small);
	const [early, late] = outages.toSorted((a, b) => a.from - b.from);
	const checks = {
		all_installed: evidence.every(({ isInstalled }) => isInstalled),
		installer_ran_once: evidence.every(({ installerRuns }) => installerRuns.length === 1),
		both_have_another_boot_id: [first, second].every(({ name }) => before[name] !== after[name]),
		the_others_were_not_rebooted: others.every(({ name }) => before[name] === after[name]),
		each_went_down_once: outages.every(({ times }) => times === 1),
		one_after_the_other: early !== undefined && late !== undefined && early.until <= late.from,
	};
	return { status, evidence, checks, notes: { outages, before, after }, packageBytes: small.sizeBytes };
}

async function bootIds({ machines }: Lab): Promise<Record<string, string>> {
	return Object.fromEntries(await Promise.all(machines.map(async (each) => [each.name, await each.bootId()] as const)));
}

/** From the moment it went down until its sshd was up again, ms since the epoch (the end rounded down to the second). */
async function outageOf(machine: LabMachine) {
	const times = machine.wentDownAt.length;
	return { machine: machine.name, from: machine.wentDownAt.at(-1) ?? 0, until: await sshdUpAt(machine), times };
}
