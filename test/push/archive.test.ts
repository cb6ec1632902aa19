import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { exitOf, lab, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";

async function archiveOf(folder: string, compression: string, text: string): Promise<Buffer> {
	const source = join(folder, "source");
	await mkdir(join(source, "bin"), { recursive: true });
	await writeFile(join(source, "bin", "tool"), text);
	return execFileSync("tar", [compression, "-cf", "-", "-C", source, "."]);
}

for (const compression of ["--gzip", "--xz", "--zstd"]) {
	test(`unpacks a ${compression.slice(2)} archive beside the old version, points current at it, and finds it`, async (t) => {
		const { pusher, target, folder, state, signal } = await lab(t);
		const destination = join(folder, "opt", "tool");
		for (const [attempt, version] of ["1.0.0", "1.1.0"].entries()) {
			const sha256 = await stage(state, await archiveOf(folder, compression, version));
			const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
			const detection = [{ type: "file", path: `${destination}/${version}` }] as const;
			const task = taskOf({ type: "archive", version, sha256, install, detection }, attempt + 1);
			assert.equal(exitOf((await pusher.install(target, task, signal)).outcome), 0);
			const { outcome } = await pusher.inspect(target, task, signal);
			assert.ok(outcome.kind === "inspected");
			assert.deepEqual(outcome.facts.observations, [{ type: "file", exists: true }]);
			assert.deepEqual(outcome.facts.job, { kind: "exited", exitCode: 0 });
			assert.equal(await readlink(join(destination, "current")), version);
			assert.equal(await readFile(join(destination, "current", "bin", "tool"), "utf8"), version);
		}
		assert.deepEqual((await readdir(destination)).sort(), ["1.0.0", "1.1.0", "current"]);
	});
}

test("refuses an archive that reaches outside of its folder, and leaves nothing", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await writeFile(join(folder, "evil"), "evil");
	const destination = join(folder, "opt", "tool");
	for (const [attempt, transform] of ["s,evil,../evil,", "s,evil,/tmp/evil,", "s,evil,a/../../evil,"].entries()) {
		const archive = execFileSync("tar", ["-czPf", "-", "-C", folder, "--transform", transform, "evil"]);
		const sha256 = await stage(state, archive);
		const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
		const { outcome } = await pusher.install(target, taskOf({ type: "archive", sha256, install }, attempt), signal);
		assert.equal(exitOf(outcome), 1);
		assert.ok(!(await readdir(folder)).includes("opt"));
	}
});

test("leaves the old version in force when the archive is torn", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	const destination = join(folder, "opt", "tool");
	const whole = await archiveOf(folder, "--gzip", "x".repeat(100_000));
	const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
	for (const [attempt, bytes] of [whole, whole.subarray(0, whole.length - 40)].entries()) {
		const sha256 = await stage(state, bytes);
		const version = `1.${attempt}`;
		const { outcome } = await pusher.install(
			target,
			taskOf({ type: "archive", version, sha256, install }, attempt),
			signal,
		);
		assert.equal(outcome.kind === "exited" && outcome.exitCode === 0, attempt === 0);
	}
	assert.equal(await readlink(join(destination, "current")), "1.0");
	assert.ok(!(await readdir(destination)).includes("1.1"));
});

async function outcomeOf(t: TestContext, pack: (folder: string) => Promise<Buffer> | Buffer) {
	const { pusher, target, folder, state, signal } = await lab(t);
	const destination = join(folder, "opt", "tool");
	const sha256 = await stage(state, await pack(folder));
	const install = { arguments: [], timeoutMs: 60_000, env: {}, destination };
	const task = taskOf({ type: "archive", sha256, install });
	const { outcome, output } = await pusher.install(target, task, signal);
	const exitCode = outcome.kind === "exited" ? outcome.exitCode : outcome.kind;
	return { exitCode, said: output?.head ?? "", folder, destination, task, pusher, target, signal };
}

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
	["a link to an absolute path", "ln -s /etc/passwd link", /a link out of its own folder: .*link/],
	["a link that climbs out", "mkdir a && ln -s ../../../x a/link", /a link out of its own folder: .*link/],
	["a device", "mkfifo fifo", /neither file, folder nor link: .*fifo/],
	["a bomb", "head -c 200000000 /dev/zero > zeros", /more than 200 times its size/],
];
for (const [what, make, said] of REFUSED) {
	test(`refuses an archive with ${what}, and leaves nothing`, async (t) => {
		const seen = await outcomeOf(t, (folder) => {
			execFileSync("/bin/sh", ["-c", `mkdir s && cd s && ${make}`], { cwd: folder });
			return execFileSync("tar", ["-czf", "-", "-C", join(folder, "s"), "."], { maxBuffer: 2 ** 28 });
		});
		assert.equal(seen.exitCode, 1);
		assert.match(seen.said, said);
		assert.deepEqual(await readdir(seen.destination).catch(() => []), []);
	});
}

/** One empty file's header, so many times. */
function tarOf(entries: number, folder: string): Buffer {
	execFileSync("/bin/sh", ["-c", "mkdir s && : > s/file"], { cwd: folder });
	const header = execFileSync("tar", ["-cf", "-", "-C", join(folder, "s"), "file"]).subarray(0, 512);
	return gzipSync(Buffer.concat([...Array<Buffer>(entries).fill(header), Buffer.alloc(1_024)]), { level: 1 });
}

test("refuses an archive with more than 200000 entries, and leaves nothing", async (t) => {
	const { exitCode, said, destination } = await outcomeOf(t, (folder) => tarOf(200_001, folder));
	assert.equal(exitCode, 1);
	assert.match(said, /more than 200000 entries/);
	assert.deepEqual(await readdir(destination).catch(() => []), []);
});

test("unpacks links that stay inside, names with anything in them, and a zip", async (t) => {
	const names = ["a b", "$(touch canary)", "-rf", "x -> ..", "new\nline"];
	const seen = await outcomeOf(t, async (folder) => {
		const source = join(folder, "s");
		await mkdir(join(source, "lib"), { recursive: true });
		for (const name of names) await writeFile(join(source, name), name);
		await symlink("../a b", join(source, "lib", "link"));
		return execFileSync("tar", ["-czf", "-", "-C", source, "."]);
	});
	assert.equal(seen.exitCode, 0, seen.said);
	assert.deepEqual((await readdir(join(seen.destination, "current"))).sort(), [...names, "lib"].sort());
	assert.equal(await readFile(join(seen.destination, "current", "lib", "link"), "utf8"), "a b");
});

test("unpacks a zip, and refuses one that reaches out", { skip: !hasProgram("unzip") }, async (t) => {
	const zip = (...names: string[]) => {
		const write =
			"import sys,zipfile;z=zipfile.ZipFile(sys.stdout.buffer,'w');[z.writestr(n,n) for n in sys.argv[1:]];z.close()";
		return execFileSync("python3", ["-c", write, ...names]);
	};
	const good = await outcomeOf(t, () => zip("bin/tool", "a b"));
	assert.equal(good.exitCode, 0, good.said);
	assert.equal(await readFile(join(good.destination, "current", "bin", "tool"), "utf8"), "bin/tool");
	const bad = await outcomeOf(t, () => zip("../evil"));
	assert.equal(bad.exitCode, 1);
	assert.match(bad.said, /outside its own folder/);
	const bomb =
		"import sys,zipfile;z=zipfile.ZipFile(sys.stdout.buffer,'w',8);z.writestr('zeros',bytes(200000000));z.close()";
	const refused = await outcomeOf(t, () => execFileSync("python3", ["-c", bomb], { maxBuffer: 2 ** 28 }));
	assert.equal(refused.exitCode, 1);
	assert.match(refused.said, /more than 200 times its size/);
	assert.deepEqual(await readdir(refused.destination).catch(() => []), []);
});

test("a zip whose headers lie about sizes is refused by what comes out of it", {
	skip: !hasProgram("unzip"),
}, async (t) => {
	const lying = (files: number) => () =>
		execFileSync("python3", ["-c", LYING_ZIP, String(files)], { maxBuffer: 2 ** 28 });
	const bomb = await outcomeOf(t, lying(5));
	assert.equal(bomb.exitCode, 1);
	assert.match(bomb.said, /more than 200 times its size, and says otherwise/);
	assert.deepEqual(await readdir(bomb.destination).catch(() => []), []);
	const harmless = await outcomeOf(t, lying(1));
	assert.equal(harmless.exitCode, 0, harmless.said);
});

/** Files of 50 MB, each of which says in both of its headers that it has ten bytes. */
const LYING_ZIP = `
import io, struct, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, "w", 8) as z:
	for n in range(int(sys.argv[1])):
		z.writestr(f"zeros{n}", bytes(50_000_000))
data = bytearray(out.getvalue())
for mark, at in ((b"PK\\x03\\x04", 22), (b"PK\\x01\\x02", 24)):
	place = data.find(mark)
	while place >= 0:
		struct.pack_into("<I", data, place + at, 10)
		place = data.find(mark, place + 4)
sys.stdout.buffer.write(data)
`;

test("removes a version with its link, and the folder once it is empty", async (t) => {
	const { destination, task, pusher, target, signal } = await outcomeOf(t, (folder) =>
		archiveOf(folder, "--gzip", "x"),
	);
	await mkdir(join(destination, "1.0.0"));
	const absent = { ...task, spec: { ...task.spec, state: "absent" as const, sha256: "" } };
	const remove = (version: string, attempt: number) =>
		pusher.install(target, { spec: { ...absent.spec, version }, ref: { ...task.ref, attempt } }, signal);
	assert.equal(exitOf((await remove("1.2.0", 2)).outcome), 0);
	assert.deepEqual(await readdir(destination), ["1.0.0"], "what current pointed at is gone, and so is current");
	await remove("1.0.0", 3);
	await assert.rejects(readdir(destination), { code: "ENOENT" });
});

function hasProgram(name: string): boolean {
	return spawnSync("/bin/sh", ["-c", 'command -v "$1"', "sh", name]).status === 0;
}
