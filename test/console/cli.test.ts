import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { whyUnreachable } from "../../src/console/why-unreachable.ts";
import { CONTROL, commandLine, MAIN, run } from "./command-line.ts";
import { FACTS_ROW, GOOD_KEY, UNLISTED } from "./memory-cockpit.ts";

const line = commandLine();
const { fleetseed } = line;

test("status shows rings, counts and totals, and exits 0 when nothing failed", async () => {
	const { out, code } = await fleetseed("status");
	assert.match(out, /all +\[#{20}\] 2 of 2 installed, running/);
	const ways = "downloaded once (1.00 x), sent by the controller 1.40 x, by machines to each other 0.60 x";
	assert.ok(out.endsWith(`\n2 of 2 installed, 0 failed\n100 B of packages: ${ways}\n`), out);
	assert.doesNotMatch(out, CONTROL, "no colour when it is not a terminal");
	assert.equal(code, 0);
});

test("what it all comes to is said where every machine is left out, too, and not before there is a rollout", async () => {
	const report = await line.cockpit.status("groups");
	const bytes = { package_bytes: 0, origin_bytes: 0, controller_uplink_bytes: 0, peer_bytes: 0 };
	const totals = { ...report.totals, ...bytes, machines: 0, installed: 0 };
	line.cockpit.status = async () => ({ ...report, totals: { ...totals, left_out: 2 } });
	assert.match((await fleetseed("status")).out, /\n0 of 0 installed, 0 failed, 2 left out\n$/);
	line.cockpit.status = async () => ({ ...report, rollouts: [], totals });
	assert.equal((await fleetseed("status")).out, "waits for an event\n");
});

test("status of a fleet with a failed machine names it with its one reason, and exits 1", async () => {
	line.cockpit.state = "failed";
	line.cockpit.reason = "app: the installer exited 1 (FS-INSTALL-EXIT)";
	const { out, code } = await fleetseed("status");
	assert.match(out, /mill-01 +failed +app: the installer exited 1 \(FS-INSTALL-EXIT\)/);
	assert.equal(code, 1);
});

test("--json answers what the API said, in one line", async () => {
	const { out } = await fleetseed("status", "--json");
	assert.equal(JSON.parse(out).totals.controller_uplink_bytes, 140);
	assert.equal(out.trimEnd().split("\n").length, 1);
});

test("plan shows what would be done now and why the rest waits", async () => {
	const { out } = await fleetseed("plan");
	assert.match(out, /install app 2, attempt 1, on mill-01: it is on the machine\n/);
	assert.match(out, /office +mill-01 +window opens 02:00/);
});

test("why is a paragraph for each policy", async () => {
	line.cockpit.reason = "window opens 02:00";
	const { out } = await fleetseed("why", "mill-01");
	assert.match(out, /mill-01 \(10\.0\.0\.1:22\) is discovered, present\./);
	assert.match(out, /\noffice \(revision 1a2b3c4d, ring all\): verified: window opens 02:00\. Mend it\.\n/);
});

test("machines show tells what a machine is, when that was read, and whom it cannot be told from", async () => {
	assert.match((await fleetseed("machines", "show", "mill-01")).out, /^machine +mill-01\n.*\nfacts +never read\n$/s);
	line.cockpit.facts = FACTS_ROW;
	line.cockpit.clones = { by: "machine_id", names: ["mill-02"] };
	const { out, code } = await fleetseed("machines", "show", "mill-01");
	assert.equal(code, 0);
	for (const shown of [
		/trust +discovered: same machine id as mill-02\n/,
		/facts +read 2026-11-23T10:00:00\.000Z\n/,
		/os +debian 12\n/,
		/package managers +apt, dpkg\n/,
		/delivery tools +curl\n/,
		/disk +1\.0 MiB free of 2\.0 MiB\n/,
		/logged in +2 anna \\u\{1b\}\[2J\n/,
		/boot id +b-1\n$/,
	])
		assert.match(out, shown);
	const { out: json } = await fleetseed("machines", "show", "mill-01", "--json");
	assert.deepEqual(JSON.parse(json).facts, FACTS_ROW);
	assert.equal((await fleetseed("machines", "show", "nobody")).code, 1);
});

test("why of an unknown machine says the code and what to do, and exits 1", async () => {
	const { err, code } = await fleetseed("why", "nobody");
	assert.match(err, /nobody: no machine of this name is known \(FS-MACHINE-UNKNOWN\)\nSee the known names/);
	assert.equal(code, 1);
});

test("what a machine printed cannot drive the terminal, and what was left out is said", async () => {
	const { out } = await fleetseed("logs", "mill-01");
	assert.match(out, /Setting up app\n\\u\{1b\}\]0;owned\\u\{7\}/);
	assert.match(out, /\[\.\.\. \d+ bytes left out \.\.\.\]/);
	assert.doesNotMatch(out, CONTROL);
});

test("names and reasons from the network cannot drive the terminal either", async () => {
	line.cockpit.machineName = "mill\u001b[2J\u202e01";
	line.cockpit.state = "failed";
	line.cockpit.reason = "\u009bevil";
	for (const words of [["status"], ["machines"], ["plan"]]) {
		const { out } = await fleetseed(...words);
		assert.doesNotMatch(out, CONTROL, words.join(" "));
		assert.match(out, /mill\\u\{1b\}/, words.join(" "));
	}
});

test("--json is the same JSON, and cannot drive the terminal either", async () => {
	line.cockpit.machineName = "mill\u009b2J\u202e01\u{e0041}";
	for (const words of [["status"], ["machines"], ["plan"], ["machines", "list"]]) {
		const { out } = await fleetseed(...words, "--json");
		assert.doesNotMatch(out, /[^\P{C}\n]/u, words.join(" "));
		assert.match(out, /mill\\u009b2J\\u202e01\\udb40\\udc41/, words.join(" "));
		assert.ok(JSON.stringify(JSON.parse(out)).includes(line.cockpit.machineName), words.join(" "));
	}
});

test("a fingerprint is never cut off, however narrow the terminal and long the names", async () => {
	line.cockpit.machineName = "mill-".padEnd(90, "0");
	line.cockpit.hostKeys = [GOOD_KEY, { type: "ecdsa-sha2-nistp521", fingerprint: `SHA256:${"B".repeat(43)}` }];
	const { out } = await fleetseed("machines");
	for (const { fingerprint } of line.cockpit.hostKeys) assert.ok(out.includes(fingerprint), out);
	assert.ok(out.includes(line.cockpit.machineName), out);
	assert.doesNotMatch(out, /…/);
});

test("machines tells behind which slow link each one is", async () => {
	const { out } = await fleetseed("machines");
	assert.match(out, /site[\s\S]*graz/);
	assert.equal(JSON.parse((await fleetseed("machines", "--json")).out)[0].site, "graz");
});

test("machines are listed by name, a failure by its code, and columns of nothing are left out", async () => {
	const row = (await line.cockpit.machines())[0];
	assert.ok(row);
	const seen = "unreachable: mill-10: nothing listens for SSH (root@10.0.0.1:22) (FS-SSH-REFUSED)";
	line.cockpit.machines = async () => [
		{ ...row, name: "mill-10", presence: seen, site: "" },
		{ ...row, name: "mill-9", site: "" },
	];
	const { out } = await fleetseed("machines");
	assert.match(out, /^machine +address +trust +presence\nmill-9 .*\nmill-10 .* unreachable \(FS-SSH-REFUSED\)\n$/);
	line.cockpit.machines = async () => [{ ...row, groups: ["office"] as never[] }];
	assert.match((await fleetseed("machines")).out, /^machine +address +trust +presence +groups +site\n/);
});

test("states are words in a table and names in JSON", async () => {
	line.cockpit.state = "waiting_for_machine";
	const group = { state: line.cockpit.state, reason: "it is off", machines: 1, names: ["mill-01"] };
	const report = await line.cockpit.status("groups");
	line.cockpit.status = async () => ({ ...report, groups: [group] });
	assert.match((await fleetseed("status")).out, /mill-01 +waiting for machine +it is off/);
	assert.match((await fleetseed("status", "--json")).out, /"state":"waiting_for_machine"/);
});

test("who makes or revokes a token the wrong way is told the right one", async () => {
	const { out: made } = await fleetseed("token", "create", "ada", "--role", "viewer");
	const id = made.slice(4, 12);
	assert.match((await fleetseed("token", "create", "bob", "--role", "king")).err, /viewer, operator, approver, admin/);
	assert.match(
		(await fleetseed("token", "create", "ada", "--role", "viewer")).err,
		new RegExp(`to make another: fleetseed token revoke ${id} `),
	);
	assert.match((await fleetseed("token", "revoke", "ada")).err, /to see the ids: fleetseed token list/);
	assert.equal((await fleetseed("token", "revoke", id)).code, 0);
});

test("machines and machines list are the same", async () => {
	assert.deepEqual(await fleetseed("machines", "list"), await fleetseed("machines"));
	assert.deepEqual(await fleetseed("machines", "list", "--json"), await fleetseed("machines", "--json"));
});

test("who forgot a word is told where to look", async () => {
	const { err, code } = await fleetseed("promote");
	const said = "missing required argument 'policy' (FS-API-REQUEST)\nWhat it takes: the same with --help.\n";
	assert.deepEqual([code, err], [2, said]);
});

test("the socket is that of --socket, else that of FLEETSEED_SOCKET", async () => {
	const { socketPath, deadSocketPath } = line;
	assert.equal((await run(["status"], { FLEETSEED_SOCKET: socketPath })).code, 0);
	assert.equal((await run(["--socket", socketPath, "status"], { FLEETSEED_SOCKET: deadSocketPath })).code, 0);
	const none = await run(["status"], { FLEETSEED_SOCKET: deadSocketPath });
	assert.deepEqual([none.code, none.err.includes(deadSocketPath)], [3, true], none.err);
});

test("a reader that goes away ends the command quietly", async () => {
	for (const words of [["status"], ["schema"], ["plan", "--json"], ["--help"]]) {
		const script = 'set -o pipefail; "$@" | true';
		const argv = ["-c", script, "bash", process.execPath, MAIN, "--socket", line.socketPath, ...words];
		const child = spawn("bash", argv, { stdio: ["ignore", "ignore", "pipe"] });
		const [err, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
		assert.deepEqual({ err, code }, { err: "", code: 0 }, words.join(" "));
	}
});

test("approve without a terminal shows the key and what to type, and approves nothing", async () => {
	const { err, code } = await fleetseed("machines", "approve", "mill-01");
	assert.match(err, new RegExp(`shows ssh-ed25519 ${GOOD_KEY.fingerprint}`));
	assert.match(err, /fleetseed machines approve mill-01 --fingerprint SHA256:/);
	assert.equal(code, 2);
	line.cockpit.hostKeys = [UNLISTED];
	const changed = await fleetseed("machines", "approve", "mill-01", "--json");
	assert.match(changed.err, new RegExp(`; ANOTHER key was pinned before: ssh-ed25519 ${UNLISTED.fingerprint}`));
	assert.equal(changed.code, 2);
	assert.deepEqual(line.cockpit.acts, []);
});

test("approve refuses a key that is not the one given", async () => {
	const { err, code } = await fleetseed("machines", "approve", "mill-01", "--fingerprint", "SHA256:other");
	assert.match(err, /FS-MACHINE-FINGERPRINT/);
	assert.equal(code, 1);
	assert.deepEqual(line.cockpit.acts, []);
});

test("approve pins the key that was given, with who did it", async () => {
	const { out, code } = await fleetseed("machines", "approve", "mill-01", "--fingerprint", GOOD_KEY.fingerprint);
	assert.match(out, /mill-01 approved: ssh-ed25519 SHA256:/);
	assert.equal(code, 0);
	assert.deepEqual(line.cockpit.acts, [`approve mill-01 ${GOOD_KEY.fingerprint} eve`]);
});

test("forget goes in with who asked", async () => {
	await fleetseed("machines", "forget", "mill-01");
	assert.deepEqual(line.cockpit.acts, ["forget mill-01 eve"]);
});

test("clean tells what went from each machine, and who could not be cleaned takes nothing from the others", async () => {
	const { out, err, code } = await fleetseed("machines", "clean", "mill-01", "busy-01", "--reason", "moving on");
	assert.equal(out.trim(), "mill-01: removed 1 helper, 2 packages, 3 jobs, 4.8 MiB");
	assert.match(err, /busy-01: deliver is in flight \(FS-MACHINE-BUSY\)/);
	assert.equal(code, 1);
	assert.deepEqual(line.cockpit.acts, ["clean mill-01 by eve: moving on"]);
});

test("clean without names is for approved machines alone, and answers in JSON", async () => {
	const { out, code } = await fleetseed("machines", "clean", "--json");
	assert.deepEqual(JSON.parse(out), []);
	assert.equal(code, 0);
	const { out: named } = await fleetseed("machines", "clean", "mill-01", "--json");
	const report = { machine: "mill-01", helpers: 1, packages: 2, jobs: 3, busy: 0, freed_bytes: 5_000_000 };
	assert.deepEqual(JSON.parse(named), [report]);
});

test("only who wants to see each machine asks for a list of all", async () => {
	for (const words of [["status"], ["plan"], ["status", "--all"], ["plan", "--all"], ["status", "--json"]])
		await fleetseed(...words);
	assert.deepEqual(line.cockpit.details, ["groups", "groups", "all", "all", "all"]);
});

test("a daemon that does not answer is exit code 3, with what to do", async () => {
	const { err, code } = await run(["--socket", line.deadSocketPath, "status"]);
	assert.match(
		err,
		/does not answer on .*nobody\.sock.*\(FS-DAEMON-DOWN\)\nStart the daemon: systemctl start fleetseed/,
	);
	assert.equal(code, 3);
});

test("an order that could not even be given was not done, whatever keeps it from the daemon", async () => {
	const { err, code } = await run(["--socket", `/${"x".repeat(150)}`, "pause"]);
	assert.match(err, /: connect E[^;]* \(FS-DAEMON-DOWN\)\nStart the daemon/);
	assert.equal(code, 3);
});

test("a socket path that is something else, or that nobody listens on, is told as what it is, and what to do", async () => {
	const file = `${line.deadSocketPath}.txt`;
	await writeFile(file, "");
	const named = await run(["--socket", file, "status"]);
	assert.equal(
		named.err,
		`the daemon does not answer on ${file}: it is a regular file, not a socket (FS-DAEMON-DOWN)\nName the daemon's socket by --socket or FLEETSEED_SOCKET.\n`,
	);
	assert.equal(named.code, 3);
	const left = `${line.deadSocketPath}.left`;
	const listen = `require("net").createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, "SIGKILL"))`;
	await once(spawn(process.execPath, ["-e", listen]), "exit");
	const { err } = await run(["--socket", left, "status"]);
	assert.match(err, /: it is a socket that nobody listens on \(FS-DAEMON-DOWN\)\nStart the daemon/);
	const denied = await whyUnreachable(left, Object.assign(new Error("connect EACCES"), { code: "EACCES" }));
	assert.equal(denied.saw, "permission denied");
	assert.match(denied.hint, /^Run it as root, or join the group .* adduser NAME fleetseed/);
});

test("what is completed are the daemon's own machines and policies, and the rings of the policy that was typed", async () => {
	const offered = async (...words: readonly string[]) => (await fleetseed("complete-words", "--", ...words)).out;
	assert.equal(await offered("abort", "of"), "office\n");
	assert.equal(await offered("promote", "office", ""), "all\n");
	assert.equal(await offered("promote", "nobody", ""), "");
});

test("a word that is none of the commands is answered with those that there are", async () => {
	for (const [words, said] of [
		[["statsu"], "unknown command 'statsu' (Did you mean status?) (FS-API-REQUEST)"],
		[
			["machines", "aprove", "mill-01"],
			"machines has no command 'aprove'; it has: list, show, approve, clean, forget (FS-API-REQUEST)",
		],
	] as const) {
		const { out, err, code } = await fleetseed(...words);
		assert.deepEqual([out, err, code], ["", `${said}\nWhat it takes: the same with --help.\n`, 2]);
	}
});

test("wrong usage is exit code 2", async () => {
	const wrong = [["status", "--no-such-option"], ["abort"], ["promote", "office"], ["why"]];
	for (const words of wrong) assert.equal((await fleetseed(...words)).code, 2, words.join(" "));
});
