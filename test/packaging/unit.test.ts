import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { EXIT } from "../../src/console/exit-codes.ts";

const UNIT = new URL("../../systemd/usr/lib/systemd/system/fleetseed.service", import.meta.url).pathname;
/** systemd-analyze's word for it, in tenths: 0 is shut, 100 is open. */
const MOST_EXPOSURE = 15;
const lacksSystemd = spawnSync("systemd-analyze", ["--version"]).error !== undefined;

test("the unit as it is shipped is as shut as it says", { skip: lacksSystemd && "no systemd-analyze" }, async (t) => {
	const options = ["security", "--no-pager", "--offline=true"];
	const { stdout } = await promisify(execFile)("systemd-analyze", [...options, `--threshold=${MOST_EXPOSURE}`, UNIT]);
	const said = /Overall exposure level.*: ([\d.]+)/.exec(stdout);
	assert.ok(said, stdout);
	t.diagnostic(said[0]);
	assert.ok(Number(said[1]) <= MOST_EXPOSURE / 10);
	// The threshold is one: a unit that is open fails it.
	const open = spawnSync("systemd-analyze", [...options, "--threshold=5", UNIT]);
	assert.notEqual(open.status, 0);
});

test("a daemon that ends is started again, but for an exit that only a person can do something about", () => {
	const settings = readFileSync(UNIT, "utf8").match(/^Restart\w*=.*$/gm);
	assert.deepEqual(settings, ["Restart=on-failure", "RestartSec=2s", `RestartPreventExitStatus=${EXIT.usage}`]);
});

const HARDENING =
	/^(Protect|Private|Restrict|SystemCall|Capability|Ambient|NoNewPrivileges|RemoveIPC|LockPersonality|UMask|LoadCredential|User=)/;

test("each line that hardens the unit has its reason above it, or above the group that it closes", () => {
	const lines = readFileSync(UNIT, "utf8").split("\n");
	const hardening = lines.flatMap((line, index) => (HARDENING.test(line) ? [index] : []));
	assert.ok(hardening.length >= 25, `${hardening.length} lines`);
	for (const index of hardening) {
		let above = index - 1;
		while (/^[A-Z]\w+=/.test(lines[above] ?? "")) above -= 1;
		assert.match(lines[above] ?? "", /^# \S/, lines[index]);
	}
});
