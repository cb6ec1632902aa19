import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { MAIN, run } from "../console/command-line.ts";
import { freePort } from "../demo/controller.ts";

const PATIENCE_MS = 30_000;

/** The environment of a service whose folder has, in place of systemd's helper, one that writes down what it is to tell. */
async function underSystemd(folder: string): Promise<NodeJS.ProcessEnv> {
	const helper = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${join(folder, "told")}'\n`;
	await writeFile(join(folder, "systemd-notify"), helper, { mode: 0o755 });
	return { PATH: `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: "/run/systemd/notify" };
}

test("the service's status says what keeps it from starting, and that a file has a mistake", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-status-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	const { port } = taken.address() as AddressInfo;
	const swarm = `swarm: { address: 127.0.0.1, tracker_port: ${port}, peer_port: ${await freePort()} }`;
	const own = ["version: 1", "policies: policies", "state: state", "socket: own.sock", "discovery: { enabled: false }"];
	await writeFile(join(folder, "fleetseed.yaml"), [...own, swarm].join("\n"));
	await mkdir(join(folder, "policies"));
	await writeFile(join(folder, "policies/torn.yaml"), "version: 1\n");
	const env = await underSystemd(folder);
	const serve = [MAIN, "serve", "--config", join(folder, "fleetseed.yaml")];
	const daemon = spawn(process.execPath, serve, { stdio: "ignore", env });
	t.after(async () => {
		const ended = once(daemon, "exit");
		daemon.kill("SIGTERM");
		await ended;
	});
	const told = async (what: RegExp) => {
		const until = performance.now() + PATIENCE_MS;
		for (;;) {
			const text = await readFile(join(folder, "told"), "utf8").catch(() => "");
			if (what.test(text)) return text;
			assert.ok(performance.now() < until, text);
			await wait(50);
		}
	};
	const before = await told(/^STATUS=the swarm process is started again: exit code 1: listen EADDRINUSE.*$/m);
	assert.doesNotMatch(before, /^READY=1$/m);
	taken.close();
	await told(/^READY=1$/m);
	await told(/^STATUS=\d problems: fleetseed check; /m);
});

test("the status of a service that cannot start has the place of the mistake, whatever the file says", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-status-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const config = join(folder, "fleetseed.yaml");
	await writeFile(config, 'version: 1\npolicies: policies\n"stat\\nREADY=1": here\nnaem: x\n');
	const { code } = await run(["serve", "--config", config], await underSystemd(folder));
	assert.equal(code, 2);
	const told = await readFile(join(folder, "told"), "utf8");
	assert.match(told, /^STATUS=\S+fleetseed\.yaml:3:1 .*\(FS-CONFIG\); and 1 more: fleetseed check\n$/);
});

test("a state folder that the service may not write is a mistake that only a person mends, and its status says so", {
	skip: process.getuid?.() === 0 ? false : "needs root for a file system that is read-only",
}, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-status-"));
	const state = join(folder, "state");
	await mkdir(state);
	execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", state]);
	t.after(() => {
		execFileSync("umount", ["-l", state]);
		return rm(folder, { recursive: true });
	});
	const config = join(folder, "fleetseed.yaml");
	await writeFile(config, "version: 1\npolicies: policies\nstate: state\n");
	const { err, code } = await run(["serve", "--config", config], await underSystemd(folder));
	assert.equal(code, 2, err);
	const told = await readFile(join(folder, "told"), "utf8");
	assert.match(told, /^STATUS=state: \S+\/state cannot be written: EROFS: .* \(FS-CONFIG\)\n$/);
});

test("an older release fails at once on the journal of a newer one, and its status says so", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-status-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const config = join(folder, "fleetseed.yaml");
	await writeFile(config, "version: 1\npolicies: policies\nstate: state\ndiscovery: { enabled: false }\n");
	await mkdir(join(folder, "state"));
	const journal = new DatabaseSync(join(folder, "state/journal.sqlite"));
	journal.exec("PRAGMA user_version = 99");
	journal.close();
	const { err, code } = await run(["serve", "--config", config], await underSystemd(folder));
	assert.equal(code, 2, err);
	assert.match(
		err,
		/^\S+journal\.sqlite: written by a newer fleetseed .* \(FS-JOURNAL-NEWER\)\nInstall that release again; .*\n$/,
	);
	assert.match(
		await readFile(join(folder, "told"), "utf8"),
		/^STATUS=\S+journal\.sqlite: written by a newer fleetseed /,
	);
});
