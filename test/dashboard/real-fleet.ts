import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Controller, freePort } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { Origin } from "../demo/origin.ts";
import { makePackage } from "../demo/package.ts";
import { policyFor } from "../demo/policy.ts";

interface Order {
	readonly names: readonly string[];
	readonly packageBytes: number;
	/** Of the policy; the last argument of `policyFor`. */
	readonly course: Parameters<typeof policyFor>[3];
	/** So many of the names, the first ones, wait for a person's approval. */
	readonly strangers: number;
	readonly link?: string;
}

/** A controller that is configured and not started, and machines on loopback; all of it is gone when the test has ended. */
export async function realFleet(t: TestContext, { names, packageBytes, course, strangers, link }: Order) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-dashboard-"));
	const [controller, fleet] = [new Controller(folder), new DemoFleet()];
	const identity = await makeIdentity(folder);
	const made = await makePackage(folder, packageBytes);
	const origin = new Origin(made.file);
	t.after(async () => {
		await controller.stop();
		await fleet.stop();
		origin.stop();
		await rm(folder, { recursive: true, force: true });
	});
	const homes = join(folder, "machines");
	await fleet.start({ folder: homes, names, publicKey: identity.publicKey });
	const policy = policyFor(fleet.machines, made, await origin.start(), course);
	const port = await freePort();
	await controller.configure({
		policy,
		knownHosts: knownHostsOf(fleet.machines.slice(strangers)),
		identityFile: identity.file,
		api: { listen: `127.0.0.1:${port}` },
		...(link === undefined ? {} : { link }),
	});
	return { controller, homes, url: `http://127.0.0.1:${port}` };
}
