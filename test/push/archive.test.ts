import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lab, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";

async function archiveOf(folder: string, compression: string, text: string): Promise<Buffer> {
	const source = join(folder, "source");
	await mkdir(join(source, "bin"), { recursive: true });
	await writeFile(join(source, "bin", "tool"), text);
	return execFileSync("tar", [compression, "-cf", "-", "-C", source, "."]);
}

for (const compression of ["--gzip", "--xz", "--zstd"]) {
	test(`unpacks a ${compression.slice(2)} archive beside the old version, points current at it, and finds it`, async (t) => {
		const { pusher, target, folder, state, signal } = await lab(t);
		const destination = join(folder, "opt", "tool");
		for (const [attempt, version] of ["1.0.0", "1.1.0"].entries()) {
			const sha256 = await stage(state, await archiveOf(folder, compression, version));
			const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
			const detection = [{ type: "file", path: `${destination}/${version}` }] as const;
			const task = taskOf({ type: "archive", version, sha256, install, detection }, attempt + 1);
			assert.deepEqual((await pusher.install(target, task, signal)).outcome, { kind: "exited", exitCode: 0 });
			const { outcome } = await pusher.inspect(target, task, signal);
			assert.ok(outcome.kind === "inspected");
			assert.deepEqual(outcome.facts.observations, [{ type: "file", exists: true }]);
			assert.deepEqual(outcome.facts.job, { kind: "exited", exitCode: 0 });
			assert.equal(await readlink(join(destination, "current")), version);
			assert.equal(await readFile(join(destination, "current", "bin", "tool"), "utf8"), version);
		}
		assert.deepEqual((await readdir(destination)).sort(), ["1.0.0", "1.1.0", "current"]);
	});
}

test("refuses an archive that reaches outside of its folder, and leaves nothing", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await writeFile(join(folder, "evil"), "evil");
	const destination = join(folder, "opt", "tool");
	for (const [attempt, transform] of ["s,evil,../evil,", "s,evil,/tmp/evil,", "s,evil,a/../../evil,"].entries()) {
		const archive = execFileSync("tar", ["-czPf", "-", "-C", folder, "--transform", transform, "evil"]);
		const sha256 = await stage(state, archive);
		const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
		const { outcome } = await pusher.install(target, taskOf({ type: "archive", sha256, install }, attempt), signal);
		assert.deepEqual(outcome, { kind: "exited", exitCode: 1 });
		assert.ok(!(await readdir(folder)).includes("opt"));
	}
});

test("leaves the old version in force when the archive is torn", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	const destination = join(folder, "opt", "tool");
	const whole = await archiveOf(folder, "--gzip", "x".repeat(100_000));
	const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
	for (const [attempt, bytes] of [whole, whole.subarray(0, whole.length - 40)].entries()) {
		const sha256 = await stage(state, bytes);
		const version = `1.${attempt}`;
		const { outcome } = await pusher.install(
			target,
			taskOf({ type: "archive", version, sha256, install }, attempt),
			signal,
		);
		assert.equal(outcome.kind === "exited" && outcome.exitCode === 0, attempt === 0);
	}
	assert.equal(await readlink(join(destination, "current")), "1.0");
	assert.ok(!(await readdir(destination)).includes("1.1"));
});
