import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { createTransport } from "nodemailer";
import type { sendMail } from "../../../src/notify/send-mail.ts";
import type { Sent } from "../../../src/notify/sent.ts";
import { quote } from "../../../src/push/quote.ts";
import type { Way } from "./ground.ts";
import { inject } from "./inject.ts";
import { runIn } from "./shells.ts";
import { injectThroughMail } from "./through-mail.ts";
import { injectThroughDaemon } from "./through-the-daemon.ts";
import { COMMANDS_TRIED } from "./ways/commands.ts";

test("nothing that a policy or a machine says is ever taken for code, by any shell", async () => {
	const { canaries, differing, shells, fields } = await inject(40);
	assert.deepEqual(canaries, []);
	assert.deepEqual(differing, []);
	assert.ok(shells.length >= 2 && Object.keys(fields).length >= 25);
});

test("labels, reasons, notices and a bastion's user go through a whole daemon as text, and names that are payloads are refused", async () => {
	const { canaries, differing, sent, refused } = await injectThroughDaemon(40);
	assert.deepEqual(canaries, []);
	assert.deepEqual(differing, []);
	assert.deepEqual([sent.reasons, Object.values(refused)], [40, [40, 40, 40, 40]]);
	assert.ok((sent.labels ?? 0) >= 30);
});

test("no payload in a notice, a controller's name or an address gives a mail another header, sender or receiver", async () => {
	const { sent, refused, differing } = await injectThroughMail(40);
	assert.deepEqual(differing, []);
	assert.deepEqual([sent.summary, sent.controller], [80, 80]);
	assert.ok((refused.from ?? 0) >= 70 && (refused.to ?? 0) >= 70);
});

/** As somebody would write mail who puts headers together by hand. */
async function sendByHand(...[mail, , { notices, id, controller }]: Parameters<typeof sendMail>): Promise<Sent> {
	const transport = createTransport({ host: mail.server, port: mail.port, ignoreTLS: true });
	const headers = `From: ${mail.from}\r\nTo: ${mail.to}\r\nSubject: ${notices[0]?.summary}\r\nMessage-ID: <${id}@${controller}>\r\n`;
	const mime = "Date: now\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n";
	await transport.sendMail({ envelope: { from: mail.from, to: [...mail.to] }, raw: `${headers}${mime}\r\ntext` });
	return { kind: "sent" };
}

test("the harness catches a mail whose headers are put together by hand", async () => {
	const { differing } = await injectThroughMail(10, sendByHand);
	assert.ok(differing.length >= 10);
});

const EACH = 'for word; do printf "%s\\001" "$word"; done';

/** Sends the words as `$1` and on of a script, each as `quoted` gives it, and compares what the script says of them. */
function wayOf(script: string, quoted: (word: string) => string): Way {
	return ({ shell, batch, env, count, compare }) => {
		const got = batch.map((word) => runIn(shell, ["-c", `set -- ${quoted(word)}; ${script}`], env).stdout);
		count("planted", batch.length);
		compare(
			"planted",
			got,
			batch.map((word) => `${word}\u0001`),
		);
	};
}

test("the harness catches a field that is planted without quotes, one that is evaluated, and one that is split", async () => {
	const right = await inject(38, { ways: [wayOf(EACH, (word) => quote([word]))] });
	assert.deepEqual([right.canaries, right.differing], [[], []]);
	const bare = await inject(38, { ways: [wayOf(EACH, (word) => word)] });
	assert.ok(bare.canaries.length > 0 && bare.differing.length > 0);
	const evaluated = await inject(38, { ways: [wayOf(`eval "set -- $1"; ${EACH}`, (word) => quote([word]))] });
	assert.ok(evaluated.canaries.length > 0 && evaluated.differing.length > 0);
	const split = await inject(38, { ways: [wayOf(`set -- $1; ${EACH}`, (word) => quote([word]))] });
	assert.deepEqual(split.canaries, [], "nothing ran");
	assert.ok(split.differing.length > 0);
});

test("each of our commands that takes words is among those that the payloads go through", () => {
	const files = globSync("src/push/commands/*.ts").map((file) => basename(file, ".ts"));
	const takesWords = files.filter((name) => name !== "script" && name !== "read-facts");
	assert.deepEqual([...COMMANDS_TRIED].sort(), takesWords.sort());
	assert.match(readFileSync("src/push/commands/read-facts.ts", "utf8"), /readFacts\(\)/);
});

test("the controller starts no process but these, and none through a shell: what else a policy or a machine says never comes to one", () => {
	const starters = globSync("src/**/*.ts")
		.filter((file) => !file.startsWith("src/packaging/") && !file.startsWith("src/agent/"))
		.filter((file) => readFileSync(file, "utf8").includes("child_process"));
	assert.deepEqual(starters.sort(), [
		"src/daemon/doctor/clock.ts",
		"src/daemon/notify-systemd.ts",
		// Its shell is given files' names as arguments to words that never change.
		"src/daemon/unreadable-for.ts",
		"src/swarm/swarm-process.ts",
	]);
	for (const file of starters) assert.doesNotMatch(readFileSync(file, "utf8"), /\bshell:|\bexec\(|execSync/);
});
