import type { StatusReport } from "../../src/console/cockpit.ts";
import type { ScenarioName } from "./arguments.ts";
import { type Checks, checkInstalled, checkOrigin, checkRingOrder, checkUplink } from "./checks.ts";
import { loginsSeen, sshdUpAt } from "./evidence.ts";
import { installs } from "./installs.ts";
import { killAtMoments, killMoments } from "./kills.ts";
import { freshMachines, type Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { limitOptions, limits } from "./limits.ts";
import { HELPER_FOLDER } from "./our-agent.ts";
import { packaged } from "./packaged.ts";
import { resultOf, type ScenarioResult } from "./result.ts";
import { siteOptions, sites } from "./sites.ts";
import { makePackage, type ServedPackage } from "./small-package.ts";
import { reboots, rings, type Steered } from "./steered.ts";
import { Trial, type TrialOptions } from "./trial.ts";
import { helper, http, sftp } from "./ways.ts";

const AWAKE_WITHIN_MS = 60_000;
/** Where it is not the network that is tried. */
const BALLAST_BYTES = 16 * 2 ** 20;

/** Runs one scenario on fresh machines. On any error the daemon's last words are told before it is thrown on. */
export async function runScenario(lab: Lab, name: ScenarioName, seed: number): Promise<ScenarioResult> {
	lab.log(`--- ${name}`);
	switch (name) {
		case "happy":
			return happy(lab);
		case "kills":
			return kills(lab, seed);
		case "hostkey":
			return hostkey(lab);
		case "asleep":
			return asleep(lab);
		case "rings":
			return steered(lab, name, rings);
		case "reboots":
			return steered(lab, name, reboots);
		case "installs":
			return steered(lab, name, installs);
		case "helper":
			return steered(lab, name, helper, { helperFolder: HELPER_FOLDER });
		case "http":
			return steered(lab, name, http);
		case "sftp":
			return steered(lab, name, sftp);
		case "sites":
			return steered(lab, name, sites, siteOptions(lab));
		case "limits":
			return steered(lab, name, limits, limitOptions());
		case "package":
			return steered(lab, name, packaged);
	}
}

/** A policy's rules or ways, on small packages of the lab's own. */
async function steered(
	lab: Lab,
	name: ScenarioName,
	play: (lab: Lab, trial: Trial) => Promise<Steered>,
	options: Omit<TrialOptions, "name"> = {},
): Promise<ScenarioResult> {
	await freshMachines(lab);
	return withTrial(lab, { name, ...options }, async (trial) => {
		const { checks, ...found } = await play(lab, trial);
		const { seconds } = trial;
		const hasDrained = await trial.controller.stop();
		const traffic = await trial.traffic();
		return resultOf({ scenario: name, seconds, traffic, ...found, checks: { ...checks, daemon_drained: hasDrained } });
	});
}

/** All machines but one are approved in advance, the last one by hand; ring two waits for ring one. */
async function happy(lab: Lab): Promise<ScenarioResult> {
	await freshMachines(lab);
	const stranger = lastOf(lab);
	return withTrial(lab, { name: "happy", known: without(lab, stranger) }, async (trial) => {
		const served = largePackage(lab);
		await trial.writePolicy(served);
		await trial.controller.start();
		const seen = (status: StatusReport) => stateOf(status, stranger) !== undefined;
		await trial.waitForStatus(`${stranger.name} is discovered`, seen);
		const approve = ["machines", "approve", stranger.name, "--fingerprint", await stranger.fingerprint()];
		const approved = await trial.controller.fleetseed(approve);
		lab.log(approved.stdout.trim() || approved.stderr.trim());
		const status = await trial.waitForStatus("all are installed", allDone(lab.machines.length));
		return finish(trial, "happy", { served, status, also: { approved_by_hand: approved.code === 0 } });
	});
}

/** SIGKILL at three random moments, each time started again a second later. */
async function kills(lab: Lab, seed: number): Promise<ScenarioResult> {
	await freshMachines(lab);
	return withTrial(lab, { name: "kills" }, async (trial) => {
		const served = largePackage(lab);
		await trial.writePolicy(served);
		await trial.controller.start();
		const moments = killMoments(seed, rolloutSeconds(lab));
		lab.log(`seed ${seed}: kills at ${moments.map((each) => each.toFixed(1)).join(", ")} s`);
		const killed = await killAtMoments(trial, served, moments);
		const status = await trial.waitForStatus("all are installed", allDone(lab.machines.length));
		const also = { killed_three_times: killed.length === 3 };
		return finish(trial, "kills", { served, status, also, notes: { seed, kills: killed }, kills: killed.length });
	});
}

/** One machine's host key changes between its approval and its first connection: it is left alone, the others go on. */
async function hostkey(lab: Lab): Promise<ScenarioResult> {
	await freshMachines(lab);
	const impostor = lastOf(lab);
	return withTrial(lab, { name: "hostkey" }, async (trial) => {
		const served = await makePackage(lab, { name: "lab-hostkey", version: "1.0", ballastBytes: BALLAST_BYTES });
		await trial.controller.start();
		const approved = (status: StatusReport) =>
			lab.machines.every((machine) => stateOf(status, machine)?.state === "not_targeted");
		await trial.waitForStatus("all are approved", approved);
		await impostor.replaceHostKey();
		const shown = await impostor.fingerprint();
		await trial.writePolicy(served);
		await trial.controller.fleetseed(["reload"]);
		const isDone = (status: StatusReport) =>
			allDone(lab.machines.length - 1)(status) && stateOf(status, impostor)?.state === "quarantined";
		const status = await trial.waitForStatus("the others are installed, one is quarantined", isDone);
		const reason = stateOf(status, impostor)?.reason ?? "";
		const logins = await loginsSeen(impostor);
		const also = {
			impostor_quarantined: stateOf(status, impostor)?.state === "quarantined",
			reason_names_the_key: /host key changed/.test(reason) && reason.includes(shown),
			impostor_got_no_login: logins.length === 0,
			another_ones_logins_are_seen: (await loginsSeen(firstOf(lab))).length > 0,
		};
		return finish(trial, "hostkey", { served, status, also, notes: { reason, logins }, but: impostor });
	});
}

/** One machine is off from the start: the others finish; switched on, it is brought up without hands. */
async function asleep(lab: Lab): Promise<ScenarioResult> {
	const sleeper = lastOf(lab);
	await freshMachines(lab, [sleeper]);
	return withTrial(lab, { name: "asleep", listed: [sleeper] }, async (trial) => {
		const served = await makePackage(lab, { name: "lab-asleep", version: "1.0", ballastBytes: BALLAST_BYTES });
		await trial.writePolicy(served);
		await trial.controller.start();
		const others = await trial.waitForStatus("the others are installed", allDone(lab.machines.length - 1));
		const waiting = stateOf(others, sleeper);
		lab.log(`${sleeper.name} is ${waiting?.state}: ${waiting?.reason}; switching it on`);
		await sleeper.start();
		await sleeper.waitUntilUp();
		const status = await trial.waitForStatus("the late machine is installed", allDone(lab.machines.length));
		const upAt = await sshdUpAt(sleeper);
		const installedAt = (await trial.evidence(served)).find(({ machine }) => machine === sleeper.name)?.installedAt;
		const rows = status.rollouts.flatMap(({ machines }) => machines);
		const peer_bytes = rows.find(({ machine }) => machine === sleeper.name)?.delivery?.peer_bytes ?? 0;
		const lateMs = installedAt ? installedAt - upAt : Number.POSITIVE_INFINITY;
		const also = {
			waited_with_reason: waiting?.state === "waiting_for_machine" && (waiting.reason ?? "") !== "",
			installed_within_a_minute: lateMs <= AWAKE_WITHIN_MS,
			the_late_one_got_it_from_the_others: peer_bytes >= 0.9 * served.sizeBytes,
		};
		const notes = { peer_bytes, reason: waiting?.reason, seconds_from_sshd_to_installed: lateMs / 1000 };
		return finish(trial, "asleep", { served, status, also, notes });
	});
}

interface Ending {
	readonly served: ServedPackage;
	readonly status: StatusReport;
	readonly also: Checks;
	readonly notes?: Readonly<Record<string, unknown>>;
	/** The one machine on which nothing may have been run. */
	readonly but?: LabMachine;
	/** How often the daemon was killed. */
	readonly kills?: number;
}

async function finish(
	trial: Trial,
	scenario: ScenarioName,
	{ served, status, also, notes, but, kills = 0 }: Ending,
): Promise<ScenarioResult> {
	const { seconds } = trial;
	const packageBytes = served.sizeBytes;
	const hasDrained = await trial.controller.stop();
	const [evidence, traffic] = [await trial.evidence(served), await trial.traffic()];
	const spared = evidence.filter(({ machine }) => machine === but?.name);
	const checks = {
		...checkInstalled(evidence.filter(({ machine }) => machine !== but?.name)),
		...(but
			? { nothing_ran_on_the_other: spared.every((each) => each.installerRuns.length === 0 && !each.isInstalled) }
			: {}),
		...checkOrigin(traffic, packageBytes, kills),
		...checkUplink(traffic, packageBytes),
		...checkRingOrder(evidence, status),
		...also,
		daemon_drained: hasDrained,
	};
	return resultOf({ scenario, evidence, traffic, packageBytes, seconds, checks, status, ...(notes ? { notes } : {}) });
}

async function withTrial(
	lab: Lab,
	options: TrialOptions,
	play: (trial: Trial) => Promise<ScenarioResult>,
): Promise<ScenarioResult> {
	const trial = await Trial.prepare(lab, options);
	try {
		return await play(trial);
	} catch (error) {
		if (!lab.signal.aborted) lab.log(await trial.lastWords());
		throw error;
	} finally {
		await trial.end();
	}
}

/** About as long as a rollout takes here: the download, two rings' deliveries and their installs. Kills fall anywhere within. */
function rolloutSeconds({ floorSeconds }: Lab): number {
	return 4 * floorSeconds + 20;
}

/** A real one of Debian's. */
function largePackage({ labPackage: { name, version, sha256, sizeBytes }, origin: { url } }: Lab): ServedPackage {
	return { name, version, sha256, sizeBytes, url };
}

function allDone(installed: number): (status: StatusReport) => boolean {
	return ({ totals }) => totals.installed >= installed;
}

function stateOf({ machines }: StatusReport, { name }: LabMachine) {
	return machines.find((machine) => machine.name === name);
}

function firstOf({ machines }: Lab): LabMachine {
	const [first] = machines;
	if (!first) throw new Error("the lab has no machines");
	return first;
}

function lastOf({ machines }: Lab): LabMachine {
	const last = machines.at(-1);
	if (!last) throw new Error("the lab has no machines");
	return last;
}

function without({ machines }: Lab, one: LabMachine): readonly LabMachine[] {
	return machines.filter((machine) => machine !== one);
}
