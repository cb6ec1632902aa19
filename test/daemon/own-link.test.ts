import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readOwnLink } from "../../src/daemon/own-link.ts";

test("the controller's link is what the interface with the default route says, if it says so", async (t) => {
	const root = `${await mkdtemp(join(tmpdir(), "fleetseed-link-"))}/`;
	t.after(() => rm(root, { recursive: true, force: true }));
	assert.equal(await readOwnLink(root), null);
	await mkdir(join(root, "proc/net"), { recursive: true });
	await mkdir(join(root, "sys/class/net/lan0"), { recursive: true });
	await writeFile(join(root, "proc/net/route"), "Iface\tDestination\nwifi0\t0000FEA9\nlan0\t00000000\t0104000A\n");
	assert.equal(await readOwnLink(root), null);
	for (const [speed, expected] of [
		["10000\n", 1_250_000_000],
		["-1\n", null],
	] as const) {
		await writeFile(join(root, "sys/class/net/lan0/speed"), speed);
		assert.equal(await readOwnLink(root), expected);
	}
});
