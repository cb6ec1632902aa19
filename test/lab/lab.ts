import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bitsPerSecond, type LabArguments } from "./arguments.ts";
import { must } from "./command.ts";
import type { DebianPackage } from "./debian-package.ts";
import { Footprint } from "./footprint.ts";
import { ensureHostPackages } from "./host-packages.ts";
import { ensureImage } from "./image.ts";
import { LabMachine, type LabMachineOptions } from "./lab-machine.ts";
import { HOSTS, type Link, Network } from "./network.ts";
import { Origin } from "./origin.ts";
import { ensurePackage, type LabPackage } from "./package.ts";

export interface LabOptions {
	readonly wanted: LabArguments;
	readonly log: (line: string) => void;
	readonly signal: AbortSignal;
	/** Builds what is shipped, once for all labs; absent: no scenario asks for it. */
	readonly buildPackage?: () => Promise<DebianPackage>;
}

/** Everything that stands for the whole run; scenarios switch machines on and off and bring a controller of their own. */
export interface Lab extends LabOptions {
	readonly footprint: Footprint;
	readonly network: Network;
	readonly controllerLink: Link;
	readonly originLink: Link;
	readonly origin: Origin;
	readonly machines: readonly LabMachine[];
	readonly labPackage: LabPackage;
	/** Built while other scenarios wait for the network; null: no scenario asks for it. */
	readonly debianPackage: Promise<DebianPackage> | null;
	/** The controller's private SSH key, which all machines accept. */
	readonly identityFile: string;
	/** Seconds that the package needs over one cable. */
	readonly floorSeconds: number;
}

/** Erases what killed runs left, and prepares what outlives a run: host packages, image and package. */
async function prepareHost(footprint: Footprint, { wanted, log, signal }: LabOptions) {
	for (const left of Footprint.left()) {
		log(`sweeping up after ${left.id}, which was killed or kept`);
		await left.erase();
	}
	await ensureHostPackages({ log, signal });
	const options = { cacheFolder: wanted.cacheFolder, log, signal };
	return { image: await ensureImage({ ...options, footprint }), labPackage: await ensurePackage(options) };
}

/** Everything but the power: the machines are off and have no disk yet. */
export async function raiseLab(footprint: Footprint, options: LabOptions): Promise<Lab> {
	const { wanted, signal, log } = options;
	const { image, labPackage } = await prepareHost(footprint, options);
	const identityFile = join(footprint.folder, "id_ed25519");
	await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", footprint.id, "-f", identityFile]);
	const authorizedKey = await readFile(`${identityFile}.pub`, "utf8");
	const network = await Network.create(footprint, wanted.rate);
	const controllerLink = await network.join("controller", HOSTS.controller);
	const originLink = await network.join("origin", HOSTS.origin);
	const machines = await joinMachines(network, wanted.machines, { footprint, image, authorizedKey, signal });
	const origin = new Origin(footprint, originLink, labPackage);
	await origin.start(labPackage, signal);
	const debianPackage = options.buildPackage?.() ?? null;
	// Whoever needs it is told.
	debianPackage?.catch(() => undefined);
	const floorSeconds = (labPackage.sizeBytes * 8) / bitsPerSecond(wanted.rate);
	const { name, version, sizeBytes } = labPackage;
	log(`${footprint.id}: ${wanted.machines} machines at ${wanted.rate}; ${name} ${version}, ${sizeBytes} bytes`);
	const standing = { footprint, network, controllerLink, originLink, origin, machines };
	return { ...options, ...standing, labPackage, debianPackage, identityFile, floorSeconds };
}

async function joinMachines(
	network: Network,
	count: number,
	options: Omit<LabMachineOptions, "link">,
): Promise<readonly LabMachine[]> {
	const machines: LabMachine[] = [];
	for (let index = 0; index < count; index += 1) {
		const link = await network.join(`mill-${String(index + 1).padStart(2, "0")}`, HOSTS.firstMachine + index);
		machines.push(new LabMachine({ ...options, link }));
	}
	return machines;
}

/** Gives every machine a new disk and switches on all but the sleepers; resolves when those are up. */
export async function freshMachines({ machines, log }: Lab, sleepers: readonly LabMachine[] = []): Promise<void> {
	const startedAt = performance.now();
	await Promise.all(machines.map((machine) => machine.stop()));
	await Promise.all(machines.map((machine) => machine.rebuild()));
	const awake = machines.filter((machine) => !sleepers.includes(machine));
	await Promise.all(awake.map((machine) => machine.start()));
	await Promise.all(awake.map((machine) => machine.waitUntilUp()));
	log(`${awake.length} machines are up after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
