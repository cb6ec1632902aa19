import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { stringify } from "yaml";
import { readSettings } from "../../src/daemon/configuration.ts";
import { Controls } from "../../src/daemon/controls.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { sshdObstacle, startSshd } from "../push/sshd.ts";
import { sha256Of } from "../push/stage.ts";
import { until } from "../push/until.ts";

const PASSWORD = "correct-horse-battery-staple";
const WRONG = "wrong-horse-battery-staple";

for (const [title, password, expected] of [
	["a password that is right", PASSWORD, "facts"],
	["a password that is wrong", WRONG, "FS-SSH-PASSWORD"],
] as const) {
	test(`${title} is in no log, journal, state file or answer of the daemon, which pinned the key that it saw first`, {
		skip: sshdObstacle(),
	}, async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "fleetseed-secrets-"));
		const sshd = await startSshd(t, {
			setup: [`echo deploy:${PASSWORD} | chpasswd -c SHA256`, "echo 'deploy ALL=(root) ALL' > /etc/sudoers.d/deploy"],
		});
		await mkdir(join(folder, "policies"));
		await mkdir(join(folder, "state"));
		await writeFile(join(folder, "secret"), `${password}\n`, { mode: 0o600 });
		await writeFile(join(folder, "tool"), "echo");
		const { address, port } = sshd.target;
		const write = (file: string, content: object) =>
			writeFile(join(folder, file), stringify({ version: 1, ...content }));
		await write("inventory.yaml", { machines: [{ name: "mill-03", address, port }] });
		await write("policies/tool.yaml", {
			name: "tool",
			packages: [
				{
					name: "tool",
					version: "1",
					type: "script",
					source: { url: pathToFileURL(join(folder, "tool")).href },
					checksum: `sha256:${sha256Of("echo")}`,
					detection: [{ type: "file", path: "/nonexistent" }],
				},
			],
			targets: { match: "*" },
			schedule: "now",
			ssh: { user: "deploy", password: "login" },
			become: true,
			become_password: "login",
		});
		await write("fleetseed.yaml", {
			policies: "policies",
			inventory: "inventory.yaml",
			state: "state",
			socket: "socket",
			ssh: { strict_host_key_checking: "accept-new" },
			credentials: { login: { file: "secret" } },
			discovery: { enabled: false },
		});
		const read = await readSettings(join(folder, "fleetseed.yaml"));
		assert.ok("settings" in read, JSON.stringify(read));
		const { settings } = read;
		let logged = "";
		const sink = new Writable({
			write: (chunk: Buffer, _encoding, done) => {
				logged += chunk.toString();
				done();
			},
		});
		const swarm = { ...settings.swarm, address: "127.0.0.1", trackerPort: 0, peerPort: 0 };
		const log = pino({ level: "trace" }, sink);
		const given = { ...settings, swarm };
		const daemon = new Daemon({
			settings: given,
			readSettings: async () => ({ settings: given }),
			log,
			now: Date.now,
			onStatus: () => undefined,
			onReload: async () => [],
		});
		t.after(async () => {
			await daemon.stop();
			await rm(folder, { recursive: true, force: true, maxRetries: 5 });
		});
		await daemon.start();
		const outcome = () => {
			const machine = daemon.ledger.fleet.machines.get("mill-03");
			if (machine?.facts) return "facts";
			return machine?.presence.kind === "unreachable" ? machine.presence.failure.code : null;
		};
		await until(() => outcome() !== null);
		assert.equal(outcome(), expected);
		const { trust } = daemon.ledger.fleet.machines.get("mill-03") ?? assert.fail("it was forgotten");
		assert.deepEqual(trust.kind === "approved" && [trust.by, trust.hostKeys], ["accept-new", [sshd.hostKey]]);
		assert.match(logged, /"first host key pinned"/);
		const controls = new Controls(daemon, Date.now);
		const answers = [
			await controls.machine("mill-03"),
			await controls.why("mill-03"),
			await controls.plan("all"),
			await controls.policy("tool"),
		];
		const state = join(folder, "state");
		const files = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
		const kept = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1")));
		assert.ok(kept.join().includes("mill-03"), "the journal is among them");
		for (const text of [logged, JSON.stringify(answers), kept.join()]) assert.ok(!text.includes(password));
	});
}
