import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { checkInstalled } from "../../src/daemon/check-installed.ts";
import { init } from "../../src/daemon/init.ts";
import { unreadableFor } from "../../src/daemon/unreadable-for.ts";

const isRoot = process.getuid?.() === 0 && spawnSync("runuser", ["--version"]).error === undefined;

test("what root made for itself alone is found before the daemon's user stumbles on it", {
	skip: !isRoot && "only root can know",
}, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-unreadable-"));
	t.after(() => rm(folder, { recursive: true }));
	await chmod(folder, 0o755);
	const path = (name: string) => join(folder, name);
	const made = async (name: string, mode: number) => {
		await writeFile(path(name), "");
		await chmod(path(name), mode);
	};
	await mkdir(path("shut"));
	await made("shut/within.yaml", 0o644);
	await chmod(path("shut"), 0o744);
	await made("open.yaml", 0o644);
	await made("a name\nof two lines.yaml", 0o600);
	await made("own.yaml", 0o400);
	await chown(path("own.yaml"), 65_534, 65_534);
	const paths = ["open.yaml", "a name\nof two lines.yaml", "own.yaml", "shut", "shut/within.yaml", "gone"].map(path);
	const expected = ["a name\nof two lines.yaml", "shut", "shut/within.yaml", "gone"].map(path);
	assert.deepEqual(await unreadableFor("nobody", paths), expected);
	assert.deepEqual(await unreadableFor("no-such-user-here", paths), []);
	assert.deepEqual(await unreadableFor("nobody", []), []);
});

test("check says of a policy that root alone may read that the daemon may not", {
	skip: !isRoot && "only root can know",
}, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-unreadable-"));
	t.after(() => rm(folder, { recursive: true }));
	await chmod(folder, 0o755);
	await init({ folder });
	const policy = await readFile(new URL("../../config/policies/hello-script.yaml", import.meta.url));
	await writeFile(join(folder, "policies/hello.yaml"), policy);
	await chmod(join(folder, "policies/hello.yaml"), 0o600);
	const config = join(folder, "fleetseed.yaml");
	assert.deepEqual((await checkInstalled({ config })).problems, []);
	const { problems } = await checkInstalled({ config, reader: "nobody" });
	assert.equal(problems.length, 1);
	assert.match(problems[0] ?? "", /policies\/hello\.yaml: the daemon's user nobody may not read it; .*\(FS-CONFIG\)$/);
});
