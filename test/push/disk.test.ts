import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Pusher } from "../../src/push/pusher.ts";
import type { Delivery, Helper } from "../../src/push/task.ts";
import { exitOf, NO_LIMITS, taskOf } from "./lab.ts";
import { sshdObstacle, startSshd } from "./sshd.ts";
import { sha256Of } from "./stage.ts";

const CONTENT = Buffer.from("echo installed");
const HELPER = Buffer.from("#!/bin/sh\nexit 0\n");
const MIB = 2 ** 20;
const STATE = "/var/lib/fleetseed";

const HELPER_OFFER: Helper = {
	sha256: sha256Of(HELPER),
	sizeBytes: HELPER.length,
	gzipBytes: gzipSync(HELPER).length,
	readGzip: () => Readable.from([gzipSync(HELPER)]),
};

/** 32 MiB of a helper, each piece of it told as it is taken. */
function* countingTo(reads: string[]) {
	for (let piece = 0; piece < 512; piece++) {
		reads.push(`piece ${piece}`);
		yield Buffer.alloc(65_536);
	}
}

function deliveryOf(content: Buffer): Delivery {
	return {
		methods: ["sftp"],
		sizeBytes: content.length,
		stallMs: 20_000,
		torrent: async () => Buffer.from("torrent"),
		url: async () => "http://127.0.0.1:9/",
		rates: () => NO_LIMITS,
		heardBytes: () => 0,
		read: (offset) => Readable.from([content.subarray(offset)]),
		helperFor: async () => null,
		onReached: () => undefined,
		onChosen: async () => undefined,
	};
}

/** A delivery to a machine whose state folder is mounted so. */
async function deliverTo(
	t: TestContext,
	mounts: readonly string[],
	methods: Delivery["methods"] = ["sftp"],
	helper = HELPER_OFFER,
) {
	const setup = [`mkdir -p ${STATE}`, ...mounts];
	const { target } = await startSshd(t, { config: ["PermitRootLogin prohibit-password"], setup });
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1 });
	t.after(() => pusher.stop());
	const delivery = { ...deliveryOf(CONTENT), methods, helperFor: async () => helper };
	const root = { ...target, user: "root" };
	return (await pusher.deliver(root, taskOf({ sha256: sha256Of(CONTENT) }), delivery, t.signal)).outcome;
}

const CASES = [
	{
		title: "a disk without room",
		mounts: [`mount -t tmpfs -o size=1m tmpfs ${STATE}`, `head -c 1m /dev/zero > ${STATE}/fill || true`],
		code: "FS-DELIVER-DISK",
		says: /0 MiB free/,
	},
	{
		title: "a disk without inodes",
		mounts: [`mount -t tmpfs -o size=64m,nr_inodes=2 tmpfs ${STATE}`, `touch ${STATE}/last`],
		code: "FS-DISK-FULL",
		says: /No space left on device/,
	},
	{
		title: "a read-only disk",
		mounts: [`mount -t tmpfs tmpfs ${STATE}`, `mount -o remount,ro ${STATE}`],
		code: "FS-DISK-READONLY",
		says: /Read-only file system/,
	},
	{
		title: "a disk that is mounted noexec",
		mounts: [`mount -t tmpfs -o noexec tmpfs ${STATE}`],
		methods: ["helper"],
		code: "FS-DISK-NOEXEC",
		says: /no program runs from our folder/,
	},
] as const;

for (const { title, mounts, code, says, ...more } of CASES) {
	test(`a real machine: ${title} is ${code}`, { skip: sshdObstacle() }, async (t) => {
		const outcome = await deliverTo(t, mounts, "methods" in more ? more.methods : ["sftp"]);
		assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
		assert.equal(outcome.failure.code, code, outcome.failure.detail);
		assert.match(outcome.failure.detail, says);
	});
}

test("a real machine: where no program runs from our folder the helper gives way to the next way, and does not cross for it", {
	skip: sshdObstacle(),
}, async (t) => {
	const reads: string[] = [];
	const helper = { ...HELPER_OFFER, readGzip: () => Readable.from(countingTo(reads)) };
	const mounts = [`mount -t tmpfs -o noexec tmpfs ${STATE}`];
	const outcome = await deliverTo(t, mounts, ["helper", "sftp"], helper);
	assert.ok(outcome.kind === "delivered", JSON.stringify(outcome));
	assert.equal(outcome.method, "sftp");
	assert.match(outcome.because ?? "", /helper \(gave up: no program runs from our folder/);
	assert.ok(reads.length < 500, `${reads.length} pieces of the helper were read`);
});

test("a real machine: a job that its full disk cannot hold is FS-DISK-FULL, and uses up no attempt", {
	skip: sshdObstacle(),
}, async (t) => {
	const setup = [`mkdir -p ${STATE}`, `mount -t tmpfs -o size=64k tmpfs ${STATE}`, `mkdir ${STATE}/packages`];
	const { target, shell } = await startSshd(t, { config: ["PermitRootLogin prohibit-password"], setup });
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1 });
	t.after(() => pusher.stop());
	const content = "#!/bin/sh\nexit 3\n";
	const sha256 = sha256Of(content);
	await shell(
		`printf '#!/bin/sh\\nexit 3\\n' > ${STATE}/packages/${sha256}; head -c 1m /dev/zero > ${STATE}/fill || true`,
	);
	const install = () => pusher.install({ ...target, user: "root" }, taskOf({ sha256 }), t.signal);
	assert.equal(exitOf((await install()).outcome), "FS-DISK-FULL");
	await shell(`rm ${STATE}/fill`);
	assert.equal(exitOf((await install()).outcome), 3);
});

/** Installs script packages, each of its own content, on a machine whose state folder is mounted noexec. */
async function noexecMachine(t: TestContext) {
	const setup = [`mkdir -p ${STATE}`, `mount -t tmpfs -o noexec tmpfs ${STATE}`, `mkdir ${STATE}/packages`];
	const { target, shell } = await startSshd(t, { config: ["PermitRootLogin prohibit-password"], setup });
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1 });
	t.after(() => pusher.stop());
	let attempt = 0;
	return async (content: string | Uint8Array, args: readonly string[] = []) => {
		const sha256 = sha256Of(content);
		const base64 = Buffer.from(content).toString("base64");
		await shell(`echo ${base64} | base64 -d > ${STATE}/packages/${sha256}`);
		attempt += 1;
		const install = { arguments: args, timeoutMs: 60_000, env: { TOLD: "by the policy" } };
		const { outcome, output } = await pusher.install(
			{ ...target, user: "root" },
			taskOf({ sha256, install }, attempt),
			t.signal,
		);
		return { outcome, said: output?.head ?? "" };
	};
}

const SAYS = 'echo "$TOLD|$-|$#|$1|$2"';

test("a real machine: a script package runs by its interpreter also where nothing may be executed", {
	skip: sshdObstacle(),
}, async (t) => {
	const install = await noexecMachine(t);
	for (const [first, flags] of [
		["#!/bin/sh", ""],
		["#!/bin/sh -e", "e"],
		["#! \t/usr/bin/env\tsh", ""],
	] as const) {
		const { outcome, said } = await install(`${first}\n${SAYS}\nexit 7\n`, ["a b", "* $HOME"]);
		assert.equal(exitOf(outcome), 7, said);
		assert.equal(said, `by the policy|${flags}|2|a b|* $HOME\n`);
	}
});

test("a real machine: a program that names no interpreter is FS-INSTALL-NOEXEC there", {
	skip: sshdObstacle(),
}, async (t) => {
	const install = await noexecMachine(t);
	for (const content of [`${SAYS}\n`, await readFile("/bin/true")]) {
		const { outcome, said } = await install(content);
		assert.equal(exitOf(outcome), "FS-INSTALL-NOEXEC", said);
		assert.match(said, /nothing runs from .*packages, and the package names no interpreter/);
	}
});

test("a real machine: a disk that becomes full while the session carries the package is FS-DISK-FULL, and the next try sends the rest", {
	skip: sshdObstacle(),
}, async (t) => {
	const content = randomBytes(32 * MIB);
	const setup = [`mkdir -p ${STATE}`, `mount -t tmpfs -o size=120m tmpfs ${STATE}`];
	const { target, shell } = await startSshd(t, { config: ["PermitRootLogin prohibit-password"], setup });
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1 });
	t.after(() => pusher.stop());
	const chosen: string[] = [];
	const delivery: Delivery = {
		...deliveryOf(content),
		methods: ["sftp", "http"],
		onChosen: async (method) => {
			if (chosen.push(method) === 1) await shell(`head -c 108m /dev/zero > ${STATE}/fill`);
		},
	};
	const root = { ...target, user: "root" };
	const task = taskOf({ sha256: sha256Of(content) });
	const { outcome } = await pusher.deliver(root, task, delivery, t.signal);
	assert.equal(exitOf(outcome), "FS-DISK-FULL", JSON.stringify(outcome));
	await shell(`mount -o remount,size=480m ${STATE}`);
	const { outcome: next } = await pusher.deliver(root, task, delivery, t.signal);
	assert.ok(next.kind === "delivered", JSON.stringify(next));
	assert.deepEqual(chosen, ["sftp", "sftp"]);
	assert.ok(next.bytes < 22 * MIB, `${next.bytes} bytes came`);
});
