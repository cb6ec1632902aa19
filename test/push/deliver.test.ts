import assert from "node:assert/strict";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import type { Delivery } from "../../src/push/task.ts";
import { lab, NO_LIMITS, putProgram, taskOf } from "./lab.ts";
import { sha256Of, stage } from "./stage.ts";
import { until } from "./until.ts";

const CONTENT = "the package's content\n";
const SHA256 = sha256Of(CONTENT);

/** Like our peer, only that it finds the bytes in the machine's home, once ~/go is there. */
const AGENT = `#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in
	--torrent) torrent=$2 ;; --folder) folder=$2 ;; --seed-seconds) seed=$2 ;; --on-complete) program=$2 ;;
	esac
	[ "$1" = fetch ] && shift || shift 2
done
echo ran >> ~/runs
stat -c '%a' "$torrent" > ~/torrent-mode
cp "$torrent" ~/torrent-seen
while [ ! -e ~/go ]; do sleep 0.05; done
cp ~/bytes "$folder/${SHA256}"
"$program" gid 1 "$folder/${SHA256}"
sleep "$seed"
`;

async function bench(t: TestContext, { seedSeconds = 1 } = {}) {
	const at = await lab(t, {}, seedSeconds);
	const { folder } = at;
	const chosen: string[] = [];
	const reached: string[] = [];
	await writeFile(join(folder, "bin", "fleetseed-agent"), AGENT);
	await chmod(join(folder, "bin", "fleetseed-agent"), 0o755);
	await writeFile(join(folder, "bytes"), CONTENT);
	const delivery: Delivery = {
		methods: ["agent"],
		url: async () => "http://127.0.0.1:9/",
		rates: () => NO_LIMITS,
		heardBytes: () => 0,
		read: () => Readable.from([]),
		helperFor: async () => null,
		sizeBytes: CONTENT.length,
		stallMs: 20_000,
		torrent: async (localAddress) => Buffer.from(`torrent for ${localAddress}`),
		onReached: (address) => void reached.push(address),
		onChosen: async (method, because) => void chosen.push(`${method}: ${because}`),
	};
	const deliver = (more: Partial<Delivery> = {}) =>
		at.pusher.deliver(at.target, taskOf({ sha256: SHA256 }), { ...delivery, ...more }, at.signal);
	const runs = () => readFile(join(folder, "runs"), "utf8");
	return { ...at, chosen, reached, deliver, runs, go: () => writeFile(join(folder, "go"), "") };
}

test("delivers by the agent, resolves while it still seeds, and clears up after it", async (t) => {
	const { deliver, go, chosen, reached, target, folder, state } = await bench(t);
	await go();
	const { outcome } = await deliver();
	assert.ok(outcome.kind === "delivered");
	assert.deepEqual(reached, [target.address]);
	assert.deepEqual([outcome.method, outcome.bytes], ["agent", CONTENT.length]);
	assert.deepEqual(chosen, ["agent: the machine has fleetseed-agent"]);
	const staged = join(state, "packages", SHA256);
	assert.equal(await readFile(staged, "utf8"), CONTENT);
	assert.equal((await stat(staged)).mode & 0o777, 0o600);
	const incoming = join(state, "incoming", SHA256);
	assert.ok((await readdir(join(incoming, "data"))).includes(SHA256), "it is seeding");
	assert.equal(await readFile(join(folder, "torrent-seen"), "utf8"), "torrent for 127.0.0.1");
	assert.equal(await readFile(join(folder, "torrent-mode"), "utf8"), "600\n");
	await until(async () => !(await readdir(incoming)).some((name) => name === "data" || name === "torrent"));
	assert.equal((await deliver()).outcome.kind, "delivered");
	assert.match(chosen[1] ?? "", /^already_staged: /);
});

test("joins a transport that is running already, after the controller was away", async (t) => {
	const { deliver, go, chosen, runs, machine, folder } = await bench(t);
	const first = deliver();
	await until(async () => (await readdir(folder)).includes("torrent-seen"));
	machine.dropConnections();
	const { outcome } = await first;
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-SSH-LOST");
	const second = deliver();
	await until(() => chosen.length === 2);
	await go();
	assert.equal((await second).outcome.kind, "delivered");
	assert.equal(chosen[1], "agent: its transport is already running");
	assert.equal(await runs(), "ran\n");
});

test("stages nothing that has another digest, removes it, and tries anew the next time", async (t) => {
	const { deliver, go, runs, folder, state } = await bench(t);
	await writeFile(join(folder, "bytes"), "another file\n");
	await go();
	const { outcome } = await deliver();
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-FAILED");
	assert.deepEqual(await readdir(join(state, "packages")), []);
	assert.deepEqual(await readdir(join(state, "incoming", SHA256, "data")), []);
	await writeFile(join(folder, "bytes"), CONTENT);
	assert.equal((await deliver()).outcome.kind, "delivered");
	assert.equal(await runs(), "ran\nran\n");
});

test("delivers anew when the staged file is gone while its transport still seeds", async (t) => {
	const { deliver, go, runs, state } = await bench(t, { seedSeconds: 300 });
	await go();
	assert.equal((await deliver()).outcome.kind, "delivered");
	const staged = join(state, "packages", SHA256);
	// The seeded file is another name of the staged one, and so is spoilt with it.
	await writeFile(staged, "spoilt");
	assert.equal((await deliver()).outcome.kind, "delivered");
	assert.equal(await readFile(staged, "utf8"), CONTENT);
	await rm(staged);
	assert.equal((await deliver()).outcome.kind, "delivered");
	assert.equal(await readFile(staged, "utf8"), CONTENT);
	const jobs = await readdir(join(state, "jobs"));
	const withResult = () =>
		Promise.all(jobs.map(async (job) => (await readdir(join(state, "jobs", job))).includes("result")));
	await until(async () => (await withResult()).filter((has) => has).length === jobs.length - 1);
	assert.equal(await runs(), "ran\n".repeat(jobs.length), "the ones that served no more were ended");
});

test("stops a transport that brings no byte for a while", async (t) => {
	const { deliver, state } = await bench(t);
	const { outcome } = await deliver({ stallMs: 1_000 });
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-STALLED");
	const [job = ""] = await readdir(join(state, "jobs"));
	await until(async () => (await readdir(join(state, "jobs", job))).includes("result"));
});

test("has patience with one that tells the tracker of bytes, though a large piece is not whole yet", async (t) => {
	const { deliver, go } = await bench(t);
	const begunAt = performance.now();
	const delivering = deliver({ stallMs: 1_000, heardBytes: () => performance.now() - begunAt });
	setTimeout(() => void go(), 4_000);
	assert.equal((await delivering).outcome.kind, "delivered");
});

test("does not take it for the machine's silence when the controller itself stood still", async (t) => {
	const { deliver, go, folder } = await bench(t);
	let begunAt = Number.POSITIVE_INFINITY;
	const heardBytes = () => Math.max(0, Math.min(3_900, performance.now() - begunAt));
	const delivering = deliver({ stallMs: 4_000, heardBytes });
	await until(async () => (await readdir(folder)).includes("torrent-seen"));
	begunAt = performance.now();
	await new Promise((resolve) => setTimeout(resolve, 4_800));
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
	setTimeout(() => void go(), 200);
	assert.equal((await delivering).outcome.kind, "delivered");
});

test("does not stop a transport while the digest of what has arrived is being made, however long that takes", async (t) => {
	const { deliver, go, folder } = await bench(t);
	await putProgram(folder, "sha256sum", "sleep 3\nPATH=/usr/bin:/bin exec sha256sum");
	await go();
	const { outcome } = await deliver({ stallMs: 1_000 });
	assert.equal(outcome.kind, "delivered");
});

test("gives the output of a transport that failed", async (t) => {
	const { deliver, folder } = await bench(t);
	await writeFile(join(folder, "bin", "fleetseed-agent"), "#!/bin/sh\necho no tracker\nexit 9\n");
	const { outcome, output } = await deliver();
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-FAILED");
	assert.equal(output?.head, "no tracker\n");
});

test("chooses nothing when the disk is too full", async (t) => {
	const { deliver, chosen } = await bench(t);
	const { outcome } = await deliver({ sizeBytes: 2 ** 60 });
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-DISK");
	assert.deepEqual(chosen, []);
});

test("replaces a staged file that is not the package", async (t) => {
	const { deliver, go, state } = await bench(t);
	await stage(state, CONTENT);
	await writeFile(join(state, "packages", SHA256), "spoilt");
	await go();
	const { outcome } = await deliver();
	assert.equal(outcome.kind === "delivered" && outcome.method, "agent");
	assert.equal(await readFile(join(state, "packages", SHA256), "utf8"), CONTENT);
});
