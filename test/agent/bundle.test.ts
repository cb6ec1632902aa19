import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { bundleAgent } from "../../src/packaging/helper/bundle.ts";
import { checkFormat, FUSE, SECTION } from "../../src/packaging/helper/check-format.ts";
import { stripElf } from "../../src/packaging/helper/strip-elf.ts";
import { hasCompleted, openBench, spawnAt, until } from "../swarm/workbench.ts";

test("our peer works as one script that needs no other file", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: 1_000_000 });
	const script = join(bench.folder, "agent.cjs");
	writeFileSync(script, (await bundleAgent()).code);
	const version = spawnSync(process.execPath, [script, "--version"], { encoding: "utf8" });
	assert.match(version.stdout, /^\d+\.\d+\.\d+\+[0-9a-f]{12}\n$/);
	const machine = await spawnAt(bench, "m1", (torrent, folder) =>
		[process.execPath, script, "fetch", "--torrent", torrent, "--folder", folder].concat(["--seed-seconds", "1"]),
	);
	await until("it has the package", () => hasCompleted(machine));
	assert.deepEqual(await machine.received(), bench.content);
});

test("the version is that of the content, so that another peer is another version", async () => {
	const [one, two] = [await bundleAgent(), await bundleAgent()];
	assert.equal(one.code, two.code);
	assert.ok(one.code.includes(`+${one.digest.slice(0, 12)}"`));
});

test("a Node without its symbols still runs, and is for the same machine", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: 1_000 });
	const node = join(bench.folder, "node");
	const whole = await readFile(process.execPath);
	const stripped = stripElf(whole);
	assert.ok(stripped.length < whole.length * 0.9);
	assert.equal(stripped.readUInt16LE(18), whole.readUInt16LE(18));
	writeFileSync(node, stripped, { mode: 0o755 });
	const { stdout } = spawnSync(node, ["-p", "new Intl.DateTimeFormat('de', { timeZone: 'UTC' }).format(0)"]);
	assert.equal(stdout.toString(), "1.1.1970\n");
});

test("an executable of another machine, or without its script, is refused", () => {
	const elf = (machine: number, rest: string) => {
		const header = Buffer.alloc(64);
		header.writeUInt32BE(0x7f454c46, 0);
		header.writeUInt16LE(machine, 18);
		return Buffer.concat([header, Buffer.from(rest)]);
	};
	const arm64 = { name: "linux-arm64", format: "elf", machine: 183 } as const;
	checkFormat(elf(183, `${SECTION} ${FUSE}:1`), arm64);
	assert.throws(() => checkFormat(elf(62, `${SECTION} ${FUSE}:1`), arm64), /expected machine 183 .* got 62/);
	assert.throws(() => checkFormat(elf(183, `${SECTION} ${FUSE}:0`), arm64), /expected the fuse to be blown/);
	assert.throws(() => checkFormat(elf(183, `${FUSE}:1`), arm64), /no NODE_SEA_BLOB/);
});
