import assert from "node:assert/strict";
import { createSecretKey, randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { DownloadLimit } from "../../src/acquire/download-limit.ts";
import { Store } from "../../src/acquire/store.ts";
import { HelperFiles } from "../../src/daemon/helper-files.ts";
import { Ledger } from "../../src/daemon/ledger.ts";
import { perform } from "../../src/daemon/perform.ts";
import type { Performers } from "../../src/daemon/performers.ts";
import { NO_SSH_CONFIG } from "../../src/daemon/ssh-config.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { LedgerStep, Step } from "../../src/model/step.ts";
import { parseKnownHosts } from "../../src/push/known-hosts.ts";
import { Journal } from "../../src/record/journal.ts";
import { Pace } from "../../src/swarm/pace.ts";
import { Swarm } from "../../src/swarm/swarm.ts";
import { fleetOf, type Given, ROLLOUT } from "../plan/fleet-of.ts";
import { exitOf, lab, putProgram } from "../push/lab.ts";
import { sha256Of, stage } from "../push/stage.ts";
import { until } from "../push/until.ts";

/** A ledger that has come to a given state. */
class GivenLedger extends Ledger {
	given: Fleet | null = null;

	override get fleet(): Fleet {
		return this.given ?? super.fleet;
	}
}

/** Bytes per second of the controller and of the machine; absent: no limit, and no link that is known. */
interface Rates {
	readonly own?: number | null;
	readonly machine?: number | null;
	readonly links?: { readonly own?: number; readonly machine?: number };
}

/** The performing half of the daemon before one machine, mill-03. */
async function daemonLab(
	t: TestContext,
	given: Given,
	{ own = null, machine: ofMachine = null, links = {} }: Rates = {},
) {
	const room = await lab(t);
	const { folder, machine, pusher, target } = room;
	const identityFile = join(folder, "id_ed25519");
	await writeFile(identityFile, target.privateKey ?? "", { mode: 0o600 });
	const journal = new Journal(join(folder, "journal.sqlite"));
	t.after(() => journal.close());
	const ledger = new GivenLedger(journal);
	const trust = { kind: "approved", hostKeys: [machine.hostKey], by: "test", at: 0 } as const;
	const facts = links.machine === undefined ? {} : { linkBytesPerSecond: links.machine };
	const machines = { "mill-03": { address: target.address, port: target.port, trust, facts } };
	ledger.given = fleetOf({ machines, ...given });
	const store = new Store({ folder: join(folder, "store"), maxPackageBytes: 2 ** 20 });
	await store.start();
	const swarmOptions = { storeFolder: store.folder, host: "127.0.0.1", trackerPort: 0, peerPort: 0 };
	const ignore = () => undefined;
	const swarm = new Swarm({ ...swarmOptions, onProgress: ignore, onSent: ignore, onRestart: ignore });
	const performers: Performers = {
		ledger,
		journal,
		store,
		swarm,
		helpers: new HelperFiles(folder),
		pusher,
		settings: {
			policiesFolder: folder,
			stateFolder: folder,
			socketPath: join(folder, "socket"),
			credentials: {},
			ssh: { login: { identityFile }, hostKeyChecking: "ask", keepalive: { intervalMs: 15_000, countMax: 3 } },
			discovery: { interfaces: [], enabled: false },
			swarm: {
				trackerPort: 0,
				peerPort: 0,
				bandwidth: { up: null, down: null, windows: [] },
				seedTimeMs: 1_000,
				...(links.own === undefined ? {} : { linkBytesPerSecond: links.own }),
			},
			sites: [],
			notices: [],
			api: null,
			limits: { deliveries: 1, sessions: 1 },
			maxPackageBytes: store.maxPackageBytes,
			maxStoreBytes: 2 ** 20,
		},
		known: () => ({
			inventory: { machines: [], groups: [] },
			knownHosts: parseKnownHosts(""),
			sshConfig: NO_SSH_CONFIG,
		}),
		secret: createSecretKey(Buffer.alloc(32)),
		downloadLimit: new DownloadLimit(),
		limitsOf: () => ({ source: own, machine: { up: null, down: ofMachine } }),
		uplink: new Pace(() => own),
		now: Date.now,
		record: ignore,
		onAcquiring: ignore,
		onReached: ignore,
		onWay: ignore,
		receivedBytes: () => 0,
		sentBytes: ignore,
	};
	const act = (step: Step) => perform(performers, step, t.signal);
	return { ...room, ledger, store, journal, swarm, act };
}

test("acts of record reach nothing", async (t) => {
	const { machine, act } = await daemonLab(t, {});
	const [policy, rollout, revision, ring] = ["office", ROLLOUT, "r1", "all"];
	const steps: readonly LedgerStep[] = [
		{ kind: "begin", rollout, policy, revision, run: 1 },
		{ kind: "soak", rollout, ring },
		{ kind: "promote", rollout, ring },
		{ kind: "queue", policy, revision, run: 1 },
		{ kind: "miss", policy, revision, run: 1 },
		{ kind: "halt", rollout, why: "" },
		{ kind: "give_up", rollout, absentee: "mill-03", as: "skipped" },
	];
	for (const step of steps) assert.deepEqual(await act(step), { kind: "recorded" });
	assert.equal(machine.connections, 0);
});

test("a rollout that goes back gets the package that no policy in force names any more", async (t) => {
	const sha256 = sha256Of("the old package");
	const room = await daemonLab(t, {});
	const file = join(room.folder, "old.deb");
	await writeFile(file, "the old package");
	const step = { kind: "acquire", sha256, attempt: 1 } as const;
	assert.equal((await room.act(step)).kind, "failed");
	const packages = [{ sha256, source: { url: pathToFileURL(file).href, mirrors: [] } }];
	const restores = { rollout: "office@r2/run", revision: "r2", why: "it failed", machines: [] };
	room.ledger.given = fleetOf({ rollout: { restores, previous: { revision: "r0", packages } } });
	assert.equal((await room.act(step)).kind, "acquired");
	assert.ok(await room.store.has(sha256));
});

for (const [whose, limit] of [
	["the machine's", { machine: 100_000 }],
	["the controller's", { own: 100_000 }],
] as const)
	test(`a package that goes through SSH is held to ${whose} limit`, async (t) => {
		const content = Buffer.alloc(250_000, 7);
		const sha256 = sha256Of(content);
		const policy = { delivery: { methods: ["sftp"] as const } };
		const { store, state, act } = await daemonLab(t, { package: { sha256 }, policy, rollout: {} }, limit);
		await writeFile(store.path(sha256), content);
		const began = performance.now();
		const ref = { machine: "mill-03", rollout: ROLLOUT, package: "app", attempt: 1 };
		const delivered = await act({ kind: "deliver", ...ref });
		assert.equal(delivered.kind, "delivered", JSON.stringify(delivered));
		// The first 64 KiB may go at once, and the last piece of as much begins before its time.
		assert.ok(performance.now() - began >= 1_000, `${performance.now() - began} ms`);
		assert.deepEqual(await readFile(join(state, "packages", sha256)), content);
	});

for (const [what, rates, floorMs] of [
	["that of the controller's link", { links: { own: 500_000, machine: 1_000_000 } }, 500],
	["that of the machine's link", { links: { own: 1_000_000, machine: 250_000 } }, 1_000],
	["that of the controller's limit", { own: 1_000_000, links: { own: 2_000_000, machine: 2_000_000 } }, 250],
	["that of the machine's limit", { machine: 2_000_000, links: { own: 4_000_000 } }, 125],
	["not known where the machine's link and limit are not", { links: { own: 1_000_000 } }, undefined],
] as const)
	test(`the floor of a delivery is ${what}`, async (t) => {
		const content = Buffer.alloc(250_000, 7);
		const sha256 = sha256Of(content);
		const policy = { delivery: { methods: ["sftp"] as const } };
		const { store, act } = await daemonLab(t, { package: { sha256 }, policy, rollout: {} }, rates);
		await writeFile(store.path(sha256), content);
		const ref = { machine: "mill-03", rollout: ROLLOUT, package: "app", attempt: 1 };
		const delivered = await act({ kind: "deliver", ...ref });
		assert.ok(delivered.kind === "delivered", JSON.stringify(delivered));
		assert.equal(delivered.floorMs, floorMs);
	});

test("what went through SSH before it broke off is counted, and what the next try sends besides", async (t) => {
	const content = Buffer.alloc(400_000, 7);
	const sha256 = sha256Of(content);
	const policy = { delivery: { methods: ["sftp"] as const } };
	const { store, machine, state, journal, act } = await daemonLab(
		t,
		{ package: { sha256 }, policy, rollout: {} },
		{ own: 200_000, machine: 1_000_000 },
	);
	await writeFile(store.path(sha256), content);
	const deliver = (attempt: number) =>
		act({ kind: "deliver", machine: "mill-03", rollout: ROLLOUT, package: "app", attempt });
	const first = deliver(1);
	const file = join(state, "incoming", sha256, "prefix", sha256);
	await until(async () => (await stat(file).catch(() => ({ size: 0 }))).size > 0);
	machine.dropConnections();
	assert.equal((await first).kind, "failed");
	const sent = journal.uplink().get(sha256) ?? 0;
	assert.ok(sent > 0 && sent < content.length, `${sent} bytes`);
	const second = await deliver(2);
	assert.ok(second.kind === "delivered");
	assert.equal(journal.uplink().get(sha256), sent + second.bytes);
	assert.equal(second.floorMs, Math.round((2_000 * second.bytes) / content.length), "of what still had to come");
});

for (const [whose, limit] of [
	["the machine's", { machine: 100_000 }],
	["the controller's", { own: 100_000 }],
] as const)
	test(`our helper on its way to a machine is held to ${whose} limit`, async (t) => {
		const content = "the package";
		const sha256 = sha256Of(content);
		const policy = { delivery: { methods: ["helper"] as const } };
		const { store, folder, act } = await daemonLab(t, { package: { sha256 }, policy, rollout: {} }, limit);
		await writeFile(store.path(sha256), content);
		await offerHelper(folder, randomBytes(250_000));
		const began = performance.now();
		const ref = { machine: "mill-03", rollout: ROLLOUT, package: "app", attempt: 1 };
		const outcome = await act({ kind: "deliver", ...ref });
		assert.match(outcome.kind === "failed" ? outcome.failure.detail : "", /does not run on the machine/);
		assert.ok(performance.now() - began >= 1_000, `${performance.now() - began} ms`);
	});

/** Puts a helper for this very platform, and its manifest, into the folder. */
async function offerHelper(folder: string, content: Buffer): Promise<void> {
	const gzip = gzipSync(content);
	await writeFile(join(folder, "helper.gz"), gzip);
	const built = { file: "helper.gz", sha256: sha256Of(content), sizeBytes: content.length, gzipBytes: gzip.length };
	const platform = `linux-${process.arch}`;
	await writeFile(join(folder, "manifest.json"), JSON.stringify({ platforms: { [platform]: built } }));
}

test("a package that the swarm cannot share goes another way, which says why", async (t) => {
	const content = Buffer.alloc(1_000, 7);
	const sha256 = sha256Of(content);
	const policy = { delivery: { methods: ["agent", "sftp"] as const } };
	const { store, swarm, folder, state, act } = await daemonLab(t, { package: { sha256 }, policy, rollout: {} });
	await putProgram(folder, "fleetseed-agent", "exit 1");
	await writeFile(store.path(sha256), content);
	// A file where the torrents would be, as good as a full disk.
	await writeFile(join(store.folder, "torrents"), "");
	await swarm.start();
	t.after(() => swarm.stop());
	const ref = { machine: "mill-03", rollout: ROLLOUT, package: "app", attempt: 1 };
	const delivered = await act({ kind: "deliver", ...ref });
	assert.ok(delivered.kind === "delivered", JSON.stringify(delivered));
	assert.equal(delivered.method, "sftp");
	assert.match(delivered.because ?? "", /agent \(gave up: app: it cannot be shared: EEXIST/);
	assert.deepEqual(await readFile(join(state, "packages", sha256)), content);
});

test("only a rollout that goes back may install an older version", async (t) => {
	const sha256 = sha256Of("a package");
	const given = { package: { sha256 } };
	const { ledger, folder, state, act } = await daemonLab(t, { ...given, rollout: {} });
	await stage(state, "a package");
	await putProgram(folder, "dpkg", "exit 0");
	await putProgram(folder, "apt-get", 'echo "$*" >> ~/log');
	const ref = { machine: "mill-03", rollout: ROLLOUT, package: "app" };
	assert.equal(exitOf(await act({ kind: "install", ...ref, attempt: 1 })), 0);
	const restores = { rollout: "office@r2/run", revision: "r2", why: "it failed", machines: ["mill-03"] };
	const rollout = { restores, previous: { revision: "r0" } };
	ledger.given = { ...ledger.fleet, rollouts: fleetOf({ ...given, rollout }).rollouts };
	assert.equal(exitOf(await act({ kind: "install", ...ref, attempt: 2 })), 0);
	const asked = (await readFile(join(folder, "log"), "utf8")).split("\n");
	const [onward, back] = asked.filter((words) => words.startsWith("install "));
	assert.ok(onward && !onward.includes("--allow-downgrades"));
	assert.ok(back?.includes("--allow-downgrades"));
});

test("facts are read with the SSH settings of the policy that needs them", async (t) => {
	const { machine, act } = await daemonLab(t, {});
	const read = await act({ kind: "read_facts", machine: "mill-03", policy: "office", attempt: 1 });
	assert.ok(read.kind === "facts_read");
	assert.equal(read.machine.bootId, machine.bootId);
	const gone = await act({ kind: "read_facts", machine: "mill-03", policy: "other", attempt: 1 });
	assert.equal(gone.kind === "failed" && gone.failure.code, "FS-FACTS-FAILED");
	const forgotten = await act({ kind: "read_facts", machine: "mill-04", policy: "office", attempt: 1 });
	assert.equal(forgotten.kind === "failed" && forgotten.failure.code, "FS-MACHINE-UNKNOWN");
});

test("a reboot is asked for with the rollout's own rules, and not for one that was replaced", async (t) => {
	const reboot = { policy: "always", testCommand: "touch tested" } as const;
	const { machine, folder, act } = await daemonLab(t, { policy: { reboot }, rollout: {} });
	const { bootId } = machine;
	const deadline = Date.now() + 20_000;
	const step = {
		kind: "reboot",
		machine: "mill-03",
		attempt: 1,
		bootId,
		deadline,
		askUntil: deadline,
		honoursUsers: true,
	} as const;
	const stale = await act({ ...step, rollout: "office@r0/run" });
	assert.equal(stale.kind === "failed" && stale.failure.code, "FS-REBOOT-REFUSED");
	assert.equal(machine.connections, 0);
	assert.deepEqual(await act({ ...step, rollout: ROLLOUT }), { kind: "rebooted", bootId: machine.bootId });
	assert.notEqual(machine.bootId, bootId);
	assert.equal(await readFile(join(folder, "tested"), "utf8"), "");
});
