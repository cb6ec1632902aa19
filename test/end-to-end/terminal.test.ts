import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { MAIN } from "../console/command-line.ts";
import { Controller } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { Origin } from "../demo/origin.ts";
import { makePackage } from "../demo/package.ts";
import { policyFor } from "../demo/policy.ts";
import { until } from "../demo/until.ts";
import { noTerminal, Pane } from "./pane.ts";

const COLOUR = /␛\[[\d;]*m/;
const fleet = new DemoFleet();
let folder = "";
let controller: Controller;
let origin: Origin;
let pane: Pane;
let names: readonly string[] = [];

before(async () => {
	if (noTerminal) return;
	folder = await mkdtemp(join(tmpdir(), "fleetseed-terminal-"));
	controller = new Controller(folder);
	pane = new Pane(folder);
	const identity = await makeIdentity(folder);
	const made = await makePackage(folder, 8 * 2 ** 20);
	origin = new Origin(made.file);
	const url = await origin.start();
	names = [1, 2].map((index) => `seen-${index}-${folder.slice(-6).toLowerCase()}`);
	await fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
	const canary = { name: "canary", targets: { machines: names.slice(0, 1) }, promote: "manual" };
	// Slow enough to be seen.
	const policy = policyFor(fleet.machines, made, url, { rings: [canary], bandwidth: { down: "256KiB" } });
	await controller.configure({ policy, knownHosts: knownHostsOf(fleet.machines), identityFile: identity.file });
	await pane.start();
});

after(async () => {
	if (noTerminal) return;
	await pane.stop();
	await controller.stop();
	await fleet.stop();
	origin.stop();
	await rm(folder, { recursive: true, force: true });
});

const fleetseed = (...words: readonly string[]) =>
	[process.execPath, MAIN, "--socket", join(folder, "fleetseed.sock"), ...words].join(" ");

/** How much of the machine's delivery is drawn, and said: [6, 30] of 20 marks and 100 percent. */
function delivered(screen: string, machine = names[0]): readonly [number, number] | null {
	const [, marks, percent] = new RegExp(`${machine} +\\[(#*)-*\\] (\\d+) % delivered`).exec(screen) ?? [];
	return marks === undefined ? null : [marks.length, Number(percent)];
}

/** Nothing that is typed reads so, wherever the terminal wraps it; the prompt may stand before it. */
const HAS_ENDED = /code \d+$/m;

/** The columns of the longest line that was drawn last, before any terminal wraps it. */
async function longest(): Promise<number> {
	const [, drawn = ""] = [...(await pane.sent()).matchAll(/␛\[H(.*?)␛\[J/gs)].at(-1) ?? [];
	const lines = drawn.replace(/␛\[[\d;]*[mK]|\r/g, "").split("\n");
	assert.ok(lines.length > 5, drawn);
	return Math.max(...lines.map((line) => line.length));
}

test("watched, a rollout is drawn in one place, in colour, its bar grows, and Ctrl-C leaves the terminal as it was", {
	skip: noTerminal,
}, async () => {
	controller.start();
	await until(controller, "the rollout has begun", ({ rollouts }) => rollouts.length > 0);
	await pane.type(`echo what was before; stty -g > ${folder}/before`);
	await pane.type(fleetseed("status", "--watch"));
	const begun = await pane.until("something is delivered", (screen) => (delivered(screen)?.[1] ?? 0) > 0);
	const from = delivered(begun)?.[1] ?? 0;
	const grown = await pane.until("more is", (screen) => (delivered(screen)?.[1] ?? 0) > from);
	const [marks, percent] = delivered(grown) ?? [0, 0];
	// The percent that is begun is not said, and a mark stands for five.
	const shares = [percent, percent + 0.999];
	assert.ok(shares.map((share) => Math.round(share / 5)).includes(marks), `${marks} marks for ${percent} %`);
	const canary = await pane.until("the canary is done", (screen) => /canary +\S*\[#{20}\]/.test(screen));
	assert.match(canary, /␛\[32m\[#{20}\]␛\[39m 1 of 1 installed/);
	assert.equal(await pane.cursor(), "1 0", "the cursor is shown, on the main screen");
	assert.match(canary, /Ctrl-C ends the watching, not the rollout/);
	assert.ok((await longest()) <= 80);
	const everything = await pane.everything();
	assert.match(everything, /^what was before$/m, "what was on the screen can be scrolled to");
	assert.equal(everything.match(/^atlas \(revision/gm)?.length, 1, "drawn over what was drawn before");
	await pane.resize(50, 10);
	// Wrapped by us, and not by the terminal, which had its size before we knew.
	const isFitted = (screen: string) => /^(␛\[2m)? {4}not the rollout/m.test(screen);
	const small = await pane.until("it is drawn for the small window", isFitted);
	assert.match(small, /^\.\.\. \d+ more lines/m);
	assert.ok((await longest()) <= 50);
	await pane.resize(80, 24);
	await pane.until("it has its room again", (screen) => /watching, not the rollout/.test(screen));

	await pane.press("C-c");
	await pane.type(`code=$?; stty -g > ${folder}/after; echo "code $code"`);
	const over = await pane.until("it has ended", (screen) => HAS_ENDED.test(screen));
	assert.match(over, /code 130$/m);
	assert.equal(await pane.cursor(), "1 0");
	assert.equal(await readFile(join(folder, "after"), "utf8"), await readFile(join(folder, "before"), "utf8"));
	const sent = await pane.sent();
	assert.ok((sent.match(/␛\[H/g)?.length ?? 0) >= 5);
	assert.doesNotMatch(sent, /␛\[\?(25|7|1049)l/, "nothing is switched off that a kill would leave off");
});

test("there is colour for the eye alone: none with NO_COLOR, none in a pipe", { skip: noTerminal }, async () => {
	await pane.typeAfresh(`${fleetseed("status")}; echo "code $?"`);
	assert.match(await pane.until("status is shown", (screen) => HAS_ENDED.test(screen)), COLOUR);
	await pane.typeAfresh(`${fleetseed("status", "--watch")} | cat; echo "code $?"`);
	const piped = await pane.until("it has gone through the pipe", (screen) => HAS_ENDED.test(screen));
	assert.match(piped, /canary/);
	assert.doesNotMatch(piped, COLOUR);
	await pane.typeAfresh(`NO_COLOR=1 ${fleetseed("status", "--watch")}`);
	const plain = await pane.until("it is drawn", (screen) => /canary +\[#{20}\]/.test(screen));
	assert.doesNotMatch(plain, COLOUR);
	await pane.press("C-c");
});

test("it waits for a daemon that is started again, and ends by itself when all is done", {
	skip: noTerminal,
}, async () => {
	await pane.typeAfresh(`${fleetseed("status", "--watch")}; echo "code $?"`);
	await pane.until("it is drawn", (screen) => /canary +\S*\[#{20}\]/.test(screen));
	await controller.kill();
	await pane.until("it says so", (screen) => /FS-DAEMON-DOWN/.test(screen));
	controller.start();
	await until(controller, "it is back", ({ rollouts }) => rollouts.length > 0);
	await controller.command("exclude", names[1] ?? "");
	const done = await pane.until("all is done", (screen) => HAS_ENDED.test(screen));
	assert.match(done, /^1 of 1 installed, 0 failed, 1 left out$/m);
	assert.match(done, /code 0$/m);
	assert.doesNotMatch(done, /Ctrl-C/);
	assert.doesNotMatch(done, /FS-DAEMON/);
});

test("Ctrl-C while a policy is played leaves a terminal that wraps lines as before", { skip: noTerminal }, async () => {
	const policy = join(import.meta.dirname, "../../config/policies/laptops.yaml");
	const before = (await pane.sent()).length;
	await pane.typeAfresh(`${fleetseed("simulate", policy, "--machines", "10000")}`);
	await pane.until("it shows how far it is", (screen) => /virtual time \[=*-*\] [1-9]\d* %/.test(screen));
	await pane.press("C-c");
	await pane.type('echo "code $?"');
	// The prompt may come after what was typed.
	await pane.until("it has ended", (screen) => /code 130$/m.test(screen));
	assert.doesNotMatch((await pane.sent()).slice(before), /␛\[\?\d+l/);
});
