import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { DetectionRule } from "../../src/model/policy.ts";
import { lab, putProgram, taskOf } from "./lab.ts";
import { sha256Of, stage } from "./stage.ts";

test("reads every kind of rule, the job and the staging path in one round trip", async (t) => {
	const { pusher, target, machine, folder, state, signal } = await lab(t);
	await writeFile(join(folder, "in the home"), "content");
	const sha256 = await stage(state, "package");
	const detection: DetectionRule[] = [
		{ type: "file", path: "~/in the home" },
		{ type: "file", path: `${folder}/in the home`, sha256: sha256Of("content") },
		{ type: "file", path: "~/nowhere", sha256: sha256Of("content") },
		{ type: "script", script: `[ "$(pwd)" = "$HOME" ] && echo "staged yes" && exit 42` },
		{ type: "script", script: "exit 0" },
		{ type: "package", name: "coreutils" },
		{ type: "package", name: "not-a-package-of-debian" },
	];
	const { outcome } = await pusher.inspect(target, taskOf({ detection, sha256 }), signal);
	const coreutils = execFileSync("dpkg-query", ["-W", "-f", "$" + "{Version}", "coreutils"], { encoding: "utf8" });
	assert.ok(outcome.kind === "inspected");
	assert.deepEqual(outcome.facts, {
		job: { kind: "none" },
		isStaged: true,
		observations: [
			{ type: "file", exists: true },
			{ type: "file", exists: true, sha256: sha256Of("content") },
			{ type: "file", exists: false },
			{ type: "script", exitCode: 42 },
			{ type: "script", exitCode: 0 },
			{ type: "package", version: coreutils },
			{ type: "package", version: null },
		],
	});
	assert.equal(outcome.machine?.os, "linux");
	assert.equal(machine.scripts, 1);
});

test("the script of the requirements is asked beside the rules and is not one of them", async (t) => {
	const { pusher, target, machine, signal } = await lab(t);
	const detection: DetectionRule[] = [{ type: "script", script: "exit 1" }];
	const requirements = { os: [], arch: [], script: "echo never mind; exit 7" };
	const { outcome } = await pusher.inspect(target, taskOf({ detection, requirements }), signal);
	assert.ok(outcome.kind === "inspected");
	assert.deepEqual(outcome.facts.observations, [{ type: "script", exitCode: 1 }]);
	assert.deepEqual(outcome.facts.requirement, { type: "script", exitCode: 7 });
	assert.equal(machine.scripts, 1);
});

test("says unreadable where the machine has no dpkg", async (t) => {
	const { pusher, target, folder, signal } = await lab(t, { env: { PATH: "/nowhere" } });
	await putProgram(folder, "head", 'exec /bin/head "$@"');
	const detection: DetectionRule[] = [{ type: "package", name: "coreutils" }];
	const { outcome } = await pusher.inspect(target, taskOf({ detection }), signal);
	assert.ok(outcome.kind === "inspected");
	assert.equal(outcome.facts.observations[0]?.type, "unreadable");
});

test("says unreadable where a file's digest cannot be read", async (t) => {
	const { pusher, target, folder, signal } = await lab(t);
	await writeFile(join(folder, "bin", "sha256sum"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
	await writeFile(join(folder, "file"), "");
	const detection: DetectionRule[] = [{ type: "file", path: "~/file", sha256: sha256Of("") }];
	const { outcome } = await pusher.inspect(target, taskOf({ detection }), signal);
	assert.ok(outcome.kind === "inspected");
	assert.deepEqual(outcome.facts.observations, [{ type: "unreadable", detail: "the file may not be read" }]);
});

test("a package is there whatever is wanted of it, and not when its configuration alone is left, or half of it", async (t) => {
	const { pusher, target, folder, signal } = await lab(t);
	const detection: DetectionRule[] = [{ type: "package", name: "any" }];
	for (const [status, version] of [
		["rc ", null],
		["iF ", null],
		["hU ", null],
		["iiR", null],
		["ii ", "1.2"],
		["hi ", "1.2"],
		["ri ", "1.2"],
	] as const) {
		const program = `#!/bin/sh\nprintf '%s\\n' '${status} 1.2'\n`;
		await writeFile(join(folder, "bin", "dpkg-query"), program, { mode: 0o755 });
		const { outcome } = await pusher.inspect(target, taskOf({ detection }), signal);
		assert.ok(outcome.kind === "inspected");
		assert.deepEqual(outcome.facts.observations, [{ type: "package", version }]);
	}
});

test("says unreadable where a rule wants a file's version, which those of Windows alone carry", async (t) => {
	const { pusher, target, folder, signal } = await lab(t);
	await writeFile(join(folder, "file"), "");
	const detection: DetectionRule[] = [
		{ type: "file", path: "~/file", version: "1.0.0.0" },
		{ type: "file", path: "~/nowhere", version: "1.0.0.0" },
	];
	const { outcome } = await pusher.inspect(target, taskOf({ detection }), signal);
	assert.ok(outcome.kind === "inspected");
	const [there, nowhere] = outcome.facts.observations;
	assert.deepEqual([there?.type, nowhere], ["unreadable", { type: "file", exists: false }]);
});

test("runs nothing that a rule's data asks for", async (t) => {
	const { pusher, target, folder, signal } = await lab(t);
	const payloads = [
		"$(touch canary)",
		"`touch canary`",
		"'; touch canary; '",
		"~/$(touch canary)",
		"\n touch canary\n",
		"-n",
	];
	const detection = payloads.flatMap((payload): DetectionRule[] => [
		{ type: "file", path: payload, sha256: payload },
		{ type: "package", name: payload },
	]);
	const { outcome } = await pusher.inspect(target, taskOf({ detection }), signal);
	assert.ok(outcome.kind === "inspected");
	assert.ok(!(await readdir(folder)).includes("canary"));
});

test("tells a machine whose state folder cannot be made", async (t) => {
	const { pusher, target, folder, signal } = await lab(t);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, "state"), "a file where the folder should be");
	const { outcome } = await pusher.install(target, taskOf(), signal);
	assert.equal(outcome.kind, "failed");
});
