import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { styleText } from "node:util";
import { logTo } from "../../src/daemon/log.ts";
import { CONTROL } from "../console/command-line.ts";

type Stream = Parameters<typeof logTo>[0];

/** What a terminal shows of what is logged. */
function shown(env: NodeJS.ProcessEnv, say: (log: ReturnType<typeof logTo>) => void): string {
	let text = "";
	const write = (more: string) => {
		text += more;
		return true;
	};
	say(logTo({ isTTY: true, columns: 80, fd: -1, write } as Stream, env));
	return text;
}

test("on a terminal each event is a line of words: the time, how grave, what, and every field", () => {
	const text = shown({ NO_COLOR: "1" }, (log) => {
		log.info({ socket: "/run/fleetseed/fleetseed.sock", url: null, head: { seq: 4 } }, "ready");
		log.error({ code: "FS-POLICY-KEY" }, "office.yaml:3:1 unknown key");
		log.warn({ detail: 'no "such" one' }, "discovery");
	});
	const [ready, problem, discovery, end] = text.split("\n");
	assert.match(
		ready ?? "",
		/^\d\d:\d\d:\d\d info {2}ready {2}socket=\/run\/fleetseed\/fleetseed\.sock {2}url=null {2}head=\{"seq":4\}$/,
	);
	assert.match(problem ?? "", /^\S+ error office\.yaml:3:1 unknown key {2}code=FS-POLICY-KEY$/);
	assert.match(discovery ?? "", /^\S+ warn {2}discovery {2}detail="no \\"such\\" one"$/);
	assert.equal(end, "");
});

test("an error on a terminal shows where it came from, and nothing that it says drives the terminal", () => {
	const text = shown({ NO_COLOR: "1" }, (log) => {
		log.error({ err: new Error("broken\u001b[2J"), step: { machine: "a\u202eb" } }, "step crashed");
	});
	assert.match(text, /error step crashed {2}broken\\u\{1b\}\[2J {2}step=/);
	assert.match(text, /\n {8}at .*log\.test\.ts/);
	assert.doesNotMatch(text, CONTROL);
});

test("only a terminal that is not told otherwise gets colours", () => {
	const say = (log: ReturnType<typeof logTo>) => log.error("reload failed");
	assert.ok(shown({}, say).includes(`${styleText("red", "error", { validateStream: false })} reload failed`));
	assert.doesNotMatch(shown({ NO_COLOR: "1" }, say), CONTROL);
});

test("what is no terminal gets a line of JSON for each event", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-log-"));
	t.after(() => rm(folder, { recursive: true }));
	const fd = openSync(join(folder, "log"), "a");
	logTo({ isTTY: false, fd } as Stream, {}).warn({ code: "FS-CONFIG" }, "discovery");
	closeSync(fd);
	const { time, ...line } = JSON.parse(readFileSync(join(folder, "log"), "utf8"));
	assert.deepEqual(line, { level: 40, code: "FS-CONFIG", msg: "discovery" });
	assert.equal(typeof time, "number");
});
