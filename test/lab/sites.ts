import type { StatusReport } from "../../src/console/cockpit.ts";
import { checkInstalled } from "./checks.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import type { Branch } from "./network.ts";
import { giveAgents } from "./our-agent.ts";
import { makePackage, packageEntry, type ServedPackage } from "./small-package.ts";
import type { Steered } from "./steered.ts";
import type { Trial, TrialOptions } from "./trial.ts";
import { waitFor } from "./wait.ts";

const SITE = "graz";
const SLOW = "10mbit";
const BALLAST_BYTES = 16 * 2 ** 20;
/** What the slow link may carry for a whole site, in copies of the package; SSH and headers included. */
const MAX_COPIES = 1.3;
const WITHIN_MS = 120_000;

/** Half of the machines are at the far site: one of them by its label, the others by their addresses. */
export function siteOptions({ machines }: Lab): Omit<TrialOptions, "name"> {
	const [labelled, ...others] = farOf(machines);
	if (!labelled) throw new Error("a site needs machines");
	const subnets = others.map(({ link }) => `${link.address}/32`);
	return {
		listed: [labelled],
		labels: { [labelled.name]: { site: SITE } },
		settings: { sites: [{ name: SITE, subnets, labels_include_any: [`site=${SITE}`] }] },
	};
}

function farOf(machines: readonly LabMachine[]): readonly LabMachine[] {
	return machines.slice(-Math.floor(machines.length / 2));
}

/**
 * The far site's link has a tenth of the rate of the cables. As soon as the near site has the package the controller's cable is
 * pulled out: the far one gets it all the same, over a link that carries one copy.
 */
export async function sites(lab: Lab, trial: Trial): Promise<Steered> {
	const far = farOf(lab.machines);
	const small = await makePackage(lab, { name: "lab-sites", version: "1.0", ballastBytes: BALLAST_BYTES });
	await giveAgents(lab);
	const links = far.map(({ link }) => link);
	const branch = await lab.network.branch(links, SLOW);
	try {
		return await bring(lab, trial, { small, far, branch });
	} finally {
		await branch.close();
	}
}

interface Stage {
	readonly small: ServedPackage;
	readonly far: readonly LabMachine[];
	readonly branch: Branch;
}

async function bring(lab: Lab, trial: Trial, { small, far, branch }: Stage): Promise<Steered> {
	const near = lab.machines.filter((machine) => !far.includes(machine));
	const read = await metersOf(lab, branch, small.sizeBytes);
	await trial.writeOwnPolicy(policyOf(small));
	await trial.controller.start();
	await waitForPackage(lab, near, small);
	const atCut = { seconds: trial.seconds, far: await havePackage(far, small), copies: await read() };
	await lab.network.plug(lab.controllerLink, "out");
	lab.log(`${trial.seconds.toFixed(0).padStart(4)} s  the near site has it; the controller's cable is out`);
	await waitForPackage(lab, far, small);
	const atMend = { seconds: trial.seconds, copies: await read() };
	await lab.network.plug(lab.controllerLink, "in");
	lab.log(`${trial.seconds.toFixed(0).padStart(4)} s  the far site has it; the controller's cable is in`);
	const isDone = ({ totals }: StatusReport) => totals.installed >= lab.machines.length;
	const status = await trial.waitForStatus("all are installed", isDone);
	const [evidence, copies] = [await trial.evidence(small), await read()];
	const chosen = trial.controller.deliveriesChosen();
	const checks = {
		...checkInstalled(evidence),
		the_slow_link_carried_one_copy: copies.slowLink >= 1 && copies.slowLink <= MAX_COPIES,
		one_copy_was_out_at_the_cut: atCut.copies.uplink >= 1,
		the_far_site_was_in_the_middle: atCut.far === 0 && atCut.copies.slowLink < 0.9,
		the_controller_sent_nothing_more: atMend.copies.uplink - atCut.copies.uplink < 0.05,
		each_came_once_by_its_agent:
			chosen.length === lab.machines.length && chosen.every(({ method }) => method === "agent"),
		the_site_is_told: await areAtTheSite(trial, far),
	};
	const notes = { slow_link: SLOW, at_cut: atCut, at_mend: atMend, copies, deliveries: deliveriesOf(status) };
	return { status, evidence, checks, notes, packageBytes: small.sizeBytes };
}

function policyOf(small: ServedPackage): object {
	return { version: 1, name: "lab", packages: [packageEntry(small)], targets: { match: "*" }, schedule: "now" };
}

/** What passed since, in copies of the package, by the counters of the cables: into the far site, and out of the controller. */
async function metersOf({ network, controllerLink }: Lab, branch: Branch, sizeBytes: number) {
	const read = async () => {
		const [slowLink, uplink] = [await branch.inBytes(), (await network.counters(controllerLink)).sentBytes];
		return { slowLink, uplink };
	};
	const before = await read();
	return async () => {
		const { slowLink, uplink } = await read();
		return { slowLink: (slowLink - before.slowLink) / sizeBytes, uplink: (uplink - before.uplink) / sizeBytes };
	};
}

/** How many of them hold it whole and checked, as their disks say. */
async function havePackage(machines: readonly LabMachine[], { sha256 }: ServedPackage): Promise<number> {
	const staged = `/var/lib/fleetseed/packages/${sha256}`;
	const codes = await Promise.all(machines.map(async (machine) => (await machine.run(["test", "-f", staged])).code));
	return codes.filter((code) => code === 0).length;
}

async function waitForPackage({ signal }: Lab, machines: readonly LabMachine[], small: ServedPackage): Promise<void> {
	const haveAll = async () => ((await havePackage(machines, small)) === machines.length ? true : null);
	const what = `${machines.map(({ name }) => name).join(", ")} have the package`;
	await waitFor(haveAll, { what, timeoutMs: WITHIN_MS, signal });
}

async function areAtTheSite({ controller, lab }: Trial, far: readonly LabMachine[]): Promise<boolean> {
	const { stdout } = await controller.fleetseed(["machines", "--json"]);
	const rows = JSON.parse(stdout) as readonly { readonly name: string; readonly site: string | null }[];
	const siteOf = (machine: LabMachine) => (far.includes(machine) ? SITE : null);
	return lab.machines.every((machine) =>
		rows.some(({ name, site }) => name === machine.name && site === siteOf(machine)),
	);
}

function deliveriesOf({ rollouts }: StatusReport) {
	const rows = rollouts.flatMap(({ machines }) => machines);
	return rows.map(({ machine, delivery }) => {
		return { machine, source_bytes: delivery?.source_bytes, peer_bytes: delivery?.peer_bytes };
	});
}
