import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { MachineRow } from "../../src/console/cockpit.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { Controller } from "../demo/controller.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

/** More than are tried in one go. */
const STRANGERS = 31_000;
const NAMES = ["mill-01", "mill-02", "mill-03"];

function hashed(host: string): string {
	const salt = randomBytes(20);
	return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(host).digest("base64")}`;
}

test("every machine of a long known_hosts file with hashed names is approved, part by part, though nothing else happens", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-known-"));
	const controller = new Controller(folder);
	t.after(async () => {
		await controller.stop();
		await rm(folder, { recursive: true, force: true });
	});
	const key = makeKeyPair().public.trim();
	const strangers = Array.from({ length: STRANGERS }, (_, index) => `${hashed(`other-${index}`)} ${key}\n`);
	const own = NAMES.map((name) => `${hashed(name)} ${makeKeyPair().public.trim()}\n`);
	const policy = {
		version: 1,
		name: "none",
		packages: [{ name: "none", version: "1", type: "deb", state: "absent" }],
		targets: { machines: ["nobody"] },
		schedule: "now",
	};
	await controller.configure({
		policy,
		knownHosts: [...strangers, ...own].join(""),
		identityFile: (await makeIdentity(folder)).file,
	});
	const machines = NAMES.map((name) => `{ name: ${name}, address: 127.0.0.1 }`);
	await writeFile(join(folder, "inventory.yaml"), `version: 1\nmachines: [${machines}]\n`);
	const config = join(folder, "fleetseed.yaml");
	const text = await readFile(config, "utf8");
	// Nobody is heard, so that no event brings the next part.
	const quiet = text.replace(/^discovery:\n(?: .*\n)+/m, "discovery: { enabled: false }\ninventory: inventory.yaml\n");
	assert.notEqual(quiet, text);
	await writeFile(config, quiet);
	controller.start();
	await until(controller, "it is up", () => true);
	let approved: readonly string[] = [];
	for (let tries = 0; approved.length < NAMES.length && tries < 40; tries++) {
		const rows = JSON.parse(await controller.command("machines", "--json")) as readonly MachineRow[];
		approved = rows.filter(({ trust }) => trust === "approved").map(({ name }) => name);
	}
	assert.deepEqual([...approved].sort(), NAMES);
});
