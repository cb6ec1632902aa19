import type { StatusReport } from "../../src/console/cockpit.ts";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { buildHelper } from "./our-agent.ts";
import { makeSmallPackage, packageEntry, type ServedPackage } from "./small-package.ts";
import type { Steered } from "./steered.ts";
import type { Trial } from "./trial.ts";

const KEPT = "/var/lib/fleetseed/helper";
const TOOLS = ["aria2c", "curl", "wget", "node", "fleetseed-agent"] as const;

type Tool = (typeof TOOLS)[number];

/** Neither Node nor aria2 on any machine: our helper comes over SSH once, and the second package moves by the same file. */
export async function helper(lab: Lab, trial: Trial): Promise<Steered> {
	const built = await buildHelper(lab);
	const played = await playTwo(lab, trial, { name: "lab-helper", without: ["aria2c"] });
	const { before, after, sentBytes } = played;
	const cleaned = await trial.controller.fleetseed(["machines", "clean", "--reason", "the lab is over", "--json"]);
	const size = lab.machines.length * built.gzipBytes;
	const checks = {
		...played.checks,
		both_came_by_the_helper: played.chosen.every(({ method }) => method === "helper"),
		it_was_pushed_once_to_each: sentBytes.first >= size && sentBytes.first <= 1.2 * size + 20e6,
		it_was_not_pushed_again: sentBytes.second < built.gzipBytes,
		the_kept_file_is_the_same_one: before.length > 0 && before.join() === after.join(),
		clean_removed_it: cleaned.code === 0 && (await keptHelpers(lab)).every((each) => each.trim() === ""),
		the_kept_file_is_what_was_built: after.every((each) => each.includes(built.sha256)),
	};
	const notes = { sentBytes, kept: after, chosen: played.chosen, cleaned: cleaned.stdout.trim() };
	return { ...played, checks, notes };
}

/** Nothing of the swarm on the machines, but curl: they get the packages by range requests. */
export async function http(lab: Lab, trial: Trial): Promise<Steered> {
	const played = await playTwo(lab, trial, { name: "lab-http", without: ["aria2c"] });
	const isSaid = ({ because }: Chosen) => /agent \(.*helper \(.*aria2c \(/.test(because);
	const why = await trial.controller.fleetseed(["why", lab.machines[0]?.name ?? ""]);
	const checks = {
		...played.checks,
		both_came_by_http: played.chosen.every(({ method }) => method === "http"),
		every_other_way_has_its_reason: played.chosen.every(isSaid),
		why_tells_the_way: /came by http in .* from the controller.*no aria2c/.test(why.stdout),
	};
	return { ...played, checks, notes: { chosen: played.chosen, why: why.stdout } };
}

/** Nothing at all on the machines: what is left is the SSH session. */
export async function sftp(lab: Lab, trial: Trial): Promise<Steered> {
	const played = await playTwo(lab, trial, { name: "lab-sftp", without: ["aria2c", "curl"] });
	const checks = {
		...played.checks,
		both_came_through_ssh: played.chosen.every(({ method }) => method === "sftp"),
		every_other_way_has_its_reason: played.chosen.every(({ because }) => /neither curl nor wget/.test(because)),
	};
	return { ...played, checks, notes: { chosen: played.chosen } };
}

type Chosen = ReturnType<Trial["controller"]["deliveriesChosen"]>[number];

/** One package on every machine, then a second one beside it; what the controller's cable carried for each. */
async function playTwo(lab: Lab, trial: Trial, { name, without }: { name: string; without: readonly Tool[] }) {
	const [one, two] = [await makeSmallPackage(lab, `${name}-1`, "1.0"), await makeSmallPackage(lab, `${name}-2`, "1.0")];
	for (const machine of lab.machines) for (const tool of without) await machine.must(["rm", "-f", `/usr/bin/${tool}`]);
	const lacking = await Promise.all(
		lab.machines.map((machine) => lacks(machine, [...without, "node", "fleetseed-agent"])),
	);
	const sent = async () => (await lab.network.counters(lab.controllerLink)).sentBytes;
	const start = await sent();
	await trial.writeOwnPolicy(policyOf(one));
	await trial.controller.start();
	await trial.waitForStatus("the first package is everywhere", isDone(lab));
	const [middle, before] = [await sent(), await keptHelpers(lab)];
	await trial.writeOwnPolicy(policyOf(one, two));
	await trial.controller.fleetseed(["reload"]);
	const status = await trial.waitForStatus("the second package is everywhere", isDone(lab));
	const [end, after] = [await sent(), await keptHelpers(lab)];
	const [first, evidence] = [await trial.evidence(one), await trial.evidence(two)];
	const chosen = trial.controller.deliveriesChosen().filter(({ method }) => method !== "already_staged");
	const checks = {
		machines_have_none_of_it: lacking.every(Boolean),
		first_installed: first.every(({ isInstalled }) => isInstalled),
		second_installed: evidence.every(({ isInstalled }) => isInstalled),
		each_was_delivered_once: chosen.length === 2 * lab.machines.length,
	};
	const sentBytes = { first: middle - start, second: end - middle };
	return { status, evidence, checks, chosen, before, after, sentBytes, packageBytes: one.sizeBytes + two.sizeBytes };
}

function policyOf(...packages: readonly ServedPackage[]): object {
	return { version: 1, name: "lab", packages: packages.map(packageEntry), targets: { match: "*" }, schedule: "now" };
}

/** For the revision in force: the one before was done with everybody, too. */
function isDone({ machines }: Lab): (status: StatusReport) => boolean {
	return ({ totals, rollouts }) =>
		totals.installed >= machines.length && rollouts.every(({ id, revision }) => id?.includes(revision.slice(0, 8)));
}

async function lacks(machine: LabMachine, tools: readonly Tool[]): Promise<boolean> {
	const found = await machine.run(["sh", "-c", `command -v ${tools.join(" ")}`]);
	return found.stdout.trim() === "";
}

/** Digest, inode and time of each machine's helper. */
async function keptHelpers({ machines }: Lab): Promise<readonly string[]> {
	const script = `cd ${KEPT} && for each in */fleetseed-agent; do [ ! -e $each ] || { sha256sum $each; stat -c '%i %Y' $each; }; done`;
	return Promise.all(
		machines.map(async (machine) => (await machine.run(["sh", "-c", script])).stdout.replace(/\s+/g, " ")),
	);
}
