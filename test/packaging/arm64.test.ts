import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { version } from "../../src/console/version.ts";
import { FOLDER as HELPERS } from "../../src/packaging/helper/ensure.ts";
import { readManifest } from "../../src/packaging/helper/manifest.ts";
import { digest, hasCompleted, openBench, spawnAt, until } from "../swarm/workbench.ts";
import { noEmulator, openArm64Root } from "./arm64-root.ts";

const DEB = join(import.meta.dirname, `../../dist/package/fleetseed_${version()}_arm64.deb`);
const run = promisify(execFile);
const PATIENCE_MS = 120_000;
const built = existsSync(join(HELPERS, "manifest.json"))
	? (await readManifest(HELPERS)).platforms["linux-arm64"]
	: undefined;
const lacks = {
	package: noEmulator || (!existsSync(DEB) && "it is not built: npm run package -- --only arm64"),
	helper: noEmulator || (built === undefined && "it is not built: npm run build:helper"),
};
let folder = "";
let emulated: (program: string) => readonly string[];

before(async () => {
	if (lacks.package && lacks.helper) return;
	folder = await mkdtemp(join(tmpdir(), "fleetseed-arm64-"));
	emulated = await openArm64Root(folder);
});
after(() => (folder === "" ? undefined : rm(folder, { recursive: true })));

test("the package for arm64 says its version, and finds the configuration that it ships good", {
	skip: lacks.package,
}, async () => {
	const place = join(folder, "package");
	await run("dpkg-deb", ["--extract", DEB, place]);
	const program = join(place, "usr/lib/fleetseed");
	const [qemu = "", ...node] = emulated(join(program, "bin/node"));
	// Most of the time goes into reading sources, in emulation: the second command has them from the first.
	const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") };
	const fleetseed = async (...words: readonly string[]) => {
		const all = [...node, "--disable-warning=ExperimentalWarning", join(program, "src/daemon/main.ts"), ...words];
		return (await run(qemu, all, { env })).stdout;
	};
	assert.equal((await run(qemu, [...node, "-p", "process.arch"])).stdout, "arm64\n");
	assert.equal(await fleetseed("--version"), `${version()}\n`);
	const checked = await fleetseed("check", "--config", join(place, "etc/fleetseed/fleetseed.yaml"));
	assert.match(checked, /^2 files checked, no problems$/m);
});

test("the peer for arm64 fetches a package from a real seeder", { skip: lacks.helper }, async () => {
	assert.ok(built);
	await using bench = await openBench({ machines: 1, sizeBytes: 1_000_000 });
	const helper = join(folder, "helper");
	await mkdir(folder, { recursive: true });
	await writeFile(helper, gunzipSync(await readFile(join(HELPERS, built.file))));
	await chmod(helper, 0o755);
	const machine = await spawnAt(bench, "m1", (torrent, into) =>
		[...emulated(helper), "fetch", "--torrent", torrent, "--folder", into].concat(["--seed-seconds", "1"]),
	);
	await until("it has the package", () => hasCompleted(machine), PATIENCE_MS).catch((error: Error) => {
		throw new Error(`${error.message}: ${machine.output().slice(-2000)}`);
	});
	assert.equal(digest(await machine.received()), bench.sha256);
});
