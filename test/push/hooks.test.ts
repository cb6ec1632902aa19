import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Hooks } from "../../src/model/policy.ts";
import { lab, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";

const NOTE = 'echo "$0 $FLEETSEED_PACKAGE $FLEETSEED_VERSION [$FLEETSEED_EXIT]" >> ~/log';

/** What came of an install whose program exits with a code, and which of its parts ran in what order. */
async function run(t: Parameters<typeof lab>[0], hooks: Hooks, exitCode = 0) {
	const { pusher, target, folder, state, signal } = await lab(t);
	const sha256 = await stage(state, `#!/bin/sh\necho installer >> ~/log\nexit ${exitCode}\n`);
	const { outcome } = await pusher.install(target, { ...taskOf({ sha256 }), hooks }, signal);
	const log = await readFile(join(folder, "log"), "utf8").catch(() => "");
	const what = outcome.kind === "failed" ? outcome.failure.code : outcome.kind === "exited" && outcome.exitCode;
	return { what, log: log.split("\n").slice(0, -1) };
}

const note = (name: string, code = 0) => `${NOTE.replace("$0", name)}; exit ${code}`;
const ALL = { preInstall: note("pre"), postInstall: note("post"), onFailure: note("failure") };

test("runs pre_install, the installer and post_install, which know what it is about", async (t) => {
	const { what, log } = await run(t, ALL);
	assert.equal(what, 0);
	assert.deepEqual(log, ["pre tool 1.2.0 []", "installer", "post tool 1.2.0 [0]"]);
});

test("21 of pre_install is later: nothing is run, and it has not failed", async (t) => {
	assert.deepEqual(await run(t, { ...ALL, preInstall: note("pre", 21) }), {
		what: "FS-INSTALL-LATER",
		log: ["pre tool 1.2.0 []"],
	});
});

test("any other code of pre_install is a failure, and the installer is not run", async (t) => {
	const log = ["pre tool 1.2.0 []", "failure tool 1.2.0 [3]"];
	assert.deepEqual(await run(t, { ...ALL, preInstall: note("pre", 3) }), { what: "FS-INSTALL-HOOK", log });
});

test("an installer that fails is followed by on_failure, whose own code changes nothing", async (t) => {
	const { what, log } = await run(t, { ...ALL, onFailure: note("failure", 9) }, 5);
	assert.equal(what, 5);
	assert.deepEqual(log, ["pre tool 1.2.0 []", "installer", "failure tool 1.2.0 [5]"]);
});

test("a post_install that fails makes the install fail", async (t) => {
	const { what, log } = await run(t, { ...ALL, postInstall: note("post", 4) });
	assert.equal(what, "FS-INSTALL-HOOK");
	assert.deepEqual(log, ["pre tool 1.2.0 []", "installer", "post tool 1.2.0 [0]", "failure tool 1.2.0 [4]"]);
});
