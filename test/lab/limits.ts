import { setTimeout as delay } from "node:timers/promises";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { bitsPerSecond } from "./arguments.ts";
import { checkInstalled } from "./checks.ts";
import type { Lab } from "./lab.ts";
import { agentPids, giveAgents } from "./our-agent.ts";
import { Rates } from "./rates.ts";
import { makePackage, packageEntry, type ServedPackage } from "./small-package.ts";
import type { Steered } from "./steered.ts";
import type { Trial, TrialOptions } from "./trial.ts";
import { waitFor } from "./wait.ts";

/** Enough for all of it, also on a computer that is slow to reload. */
const BALLAST_BYTES = 56 * 2 ** 20;
const AT_FIRST = "8mbit";
const IN_WINDOW = "4mbit";
const AFTER_WINDOW = "16mbit";
const EACH_MACHINE = "2mbit";
/** A rate is looked at for so long ... */
const LOOK_MS = 5_000;
/** ... beginning so long after the change: the controller holds to it at once, machines hear of it in the tracker's next answer. */
const HEARD_MS = { controller: 1_000, machines: 7_000 } as const;
/** Headers and SSH are counted, too, and a tenth of a second's worth may go at once after a silence. */
const BAND = { least: 0.75, most: 1.15 } as const;
/** Between what the daemon says and what the cables carried, headers and SSH. */
const MAX_DIFFERENCE = 0.05;
/** A reload takes a second, and longer on a computer that is busy. */
const RELOAD_MS = 5_000;
const MOVING_BYTES = 500_000;
const WITHIN_MS = 60_000;

export function limitOptions(): Omit<TrialOptions, "name"> {
	return { settings: { bandwidth: { up: AT_FIRST } } };
}

/**
 * One package under five limits, one after the other, and nothing is begun anew: the controller's own, another one by a
 * reload, the end of a window by the clock, one for each machine, and none.
 */
export async function limits(lab: Lab, trial: Trial): Promise<Steered> {
	const small = await makePackage(lab, { name: "lab-limits", version: "1.0", ballastBytes: BALLAST_BYTES });
	await giveAgents(lab);
	const rates = new Rates(lab.network);
	const servedBytes = await lab.origin.sentBytes();
	await trial.writeOwnPolicy(policyOf(small, {}));
	await trial.controller.start();
	try {
		await waitForDownload(lab, servedBytes + small.sizeBytes);
		await rates.start();
		return await change(lab, trial, { small, rates });
	} finally {
		await rates.stop();
	}
}

interface Stage {
	readonly small: ServedPackage;
	readonly rates: Rates;
}

async function change(lab: Lab, trial: Trial, { small, rates }: Stage): Promise<Steered> {
	const { controllerLink, machines } = lab;
	const sent = (from: number) => {
		const { sentBytes } = rates.between(controllerLink, from, performance.now());
		lab.log(`${trial.seconds.toFixed(0).padStart(4)} s  the controller sends ${mbit(sentBytes)} Mbit/s`);
		return sentBytes;
	};
	await waitUntilMoving(lab, rates);
	const pids = await agentPids(lab);
	const atFirst = sent(await lookAfter(0));
	const closesAt = await openWindow(trial);
	const inWindow = sent(await lookAfter(HEARD_MS.controller));
	await delay(Math.max(0, closesAt - Date.now()));
	const afterWindow = sent(await lookAfter(HEARD_MS.controller));
	await setPolicy(trial, policyOf(small, { down: EACH_MACHINE }));
	const from = await lookAfter(HEARD_MS.machines);
	const received = machines.map(({ link }) => rates.between(link, from, performance.now()).receivedBytes);
	lab.log(`${trial.seconds.toFixed(0).padStart(4)} s  machines receive ${received.map(mbit).join(", ")} Mbit/s`);
	const pidsInTheEnd = await agentPids(lab);
	await trial.writeSettings({});
	await setPolicy(trial, policyOf(small, {}));
	const isDone = ({ totals }: StatusReport) => totals.installed >= machines.length;
	const status = await trial.waitForStatus("all are installed", isDone);
	await rates.stop();
	const evidence = await trial.evidence(small);
	const chosen = trial.controller.deliveriesChosen();
	const counted = countedBy(rates, lab);
	const told = toldBy(status);
	const checks = {
		...checkInstalled(evidence),
		the_controllers_limit_holds: isAbout(atFirst, AT_FIRST),
		another_one_by_reload_holds: isAbout(inWindow, IN_WINDOW),
		the_end_of_the_window_shows: isAbout(afterWindow, AFTER_WINDOW),
		each_machines_limit_holds: received.every((rate) => rate <= BAND.most * bytesPerSecond(EACH_MACHINE)),
		it_is_what_holds_them_back: isAbout(Math.max(...received), EACH_MACHINE),
		no_transfer_began_anew:
			chosen.length === machines.length &&
			pids.every((pid) => / \d+$/.test(pid)) &&
			pids.join() === pidsInTheEnd.join(),
		the_record_says_what_was_sent: isNear(told.sourceBytes, counted.sourceBytes),
		the_record_says_what_was_got: isNear(told.receivedBytes, counted.receivedBytes),
	};
	const seen = { at_first: mbit(atFirst), in_window: mbit(inWindow), after_window: mbit(afterWindow) };
	const notes = { mbits: { ...seen, machines: received.map(mbit) }, counted, told, agents: pids };
	return { status, evidence, checks, notes, packageBytes: small.sizeBytes };
}

function policyOf(small: ServedPackage, bandwidth: object): object {
	const packages = [packageEntry(small)];
	return { version: 1, name: "lab", packages, targets: { match: "*" }, schedule: "now", bandwidth };
}

async function setPolicy(trial: Trial, policy: object): Promise<void> {
	await trial.writeOwnPolicy(policy);
	await trial.controller.fleetseed(["reload"]);
}

/** One that is open and closes within seconds; answers when, in ms since the epoch. */
async function openWindow(trial: Trial): Promise<number> {
	const now = Date.now();
	const closesAt = now + RELOAD_MS + HEARD_MS.controller + LOOK_MS;
	const openedAt = Math.floor(now / 60_000) * 60_000;
	const window = {
		name: "office-hours",
		start_time: new Date(openedAt).toISOString().slice(11, 16),
		duration: `${Math.ceil((closesAt - openedAt) / 1000)}s`,
		time_zone: "UTC",
		up: IN_WINDOW,
	};
	await trial.writeSettings({ bandwidth: { up: AFTER_WINDOW, windows: [window] } });
	await trial.controller.fleetseed(["reload"]);
	return openedAt + Math.ceil((closesAt - openedAt) / 1000) * 1000;
}

/** The moment from which on a rate is looked at, once that has been done. */
async function lookAfter(heardMs: number): Promise<number> {
	const from = performance.now() + heardMs;
	await delay(heardMs + LOOK_MS);
	return from;
}

async function waitForDownload({ origin, signal }: Lab, servedBytes: number): Promise<void> {
	const isThere = async () => ((await origin.sentBytes()) >= servedBytes ? true : null);
	await waitFor(isThere, { what: "the download has ended", timeoutMs: WITHIN_MS, signal });
}

async function waitUntilMoving({ controllerLink, signal }: Lab, rates: Rates): Promise<void> {
	const isMoving = async () => (rates.total(controllerLink).sentBytes >= MOVING_BYTES ? true : null);
	await waitFor(isMoving, { what: "the package moves", timeoutMs: WITHIN_MS, signal });
}

/** By the cables: all that left the controller since the download, and all that reached the machines. */
function countedBy(rates: Rates, { controllerLink, machines }: Lab) {
	const received = machines.map(({ link }) => rates.total(link).receivedBytes);
	return { sourceBytes: rates.total(controllerLink).sentBytes, receivedBytes: sumOf(received) };
}

/** By the daemon's record. */
function toldBy({ rollouts, totals }: StatusReport) {
	const deliveries = rollouts.flatMap(({ machines }) => machines.map(({ delivery }) => delivery));
	const received = deliveries.map((each) => (each?.source_bytes ?? 0) + (each?.peer_bytes ?? 0));
	return { sourceBytes: totals.controller_uplink_bytes, receivedBytes: sumOf(received) };
}

function isAbout(rate: number, limit: string): boolean {
	const share = rate / bytesPerSecond(limit);
	return share >= BAND.least && share <= BAND.most;
}

function isNear(told: number, counted: number): boolean {
	return Math.abs(told / counted - 1) <= MAX_DIFFERENCE;
}

function bytesPerSecond(rate: string): number {
	return bitsPerSecond(rate) / 8;
}

function mbit(bytesPerSecond: number): number {
	return Math.round((bytesPerSecond * 8) / 1e4) / 100;
}

function sumOf(numbers: readonly number[]): number {
	return numbers.reduce((sum, each) => sum + each, 0);
}
