import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { ROOT } from "../helper/bundle.ts";
import { CACHE } from "../helper/ensure.ts";
import { ARCHITECTURES, type Architecture } from "./architectures.ts";
import { checkTree } from "./check-tree.ts";
import { type Release, writeControl } from "./control.ts";
import { stageDocuments } from "./documents.ts";
import { stageManual } from "./man/stage.ts";
import { stageProgram } from "./stage.ts";
import { settle } from "./tree.ts";

const run = promisify(execFile);
const FOLDER = join(ROOT, "dist/package");

/** `npm run package [-- --only amd64]`: the Debian package of each architecture, in dist/package. The same sources give the same bytes. */
async function main(): Promise<void> {
	const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
	const names = ARCHITECTURES.map(({ name }) => name as string);
	const stranger = values.only?.find((name) => !names.includes(name));
	if (stranger !== undefined) throw new Error(`--only: expected ${names.join(", ")}, got "${stranger}"`);
	for (const part of ["helper", "dashboard"])
		await run(process.execPath, ["--disable-warning=ExperimentalWarning", join(ROOT, `src/packaging/${part}/main.ts`)]);
	const release = await readRelease();
	await mkdir(FOLDER, { recursive: true });
	for (const architecture of ARCHITECTURES)
		if (values.only?.includes(architecture.name) ?? true) console.log(await build(release, architecture));
}

/** The time is SOURCE_DATE_EPOCH (reproducible-builds.org), else the last commit's. */
async function readRelease(): Promise<Release> {
	const { version, description } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as Omit<
		Release,
		"epoch"
	>;
	const given = process.env.SOURCE_DATE_EPOCH;
	const epoch = given ?? (await run("git", ["log", "-1", "--format=%ct"], { cwd: ROOT })).stdout;
	return { version, description: description.split(":")[0] ?? description, epoch: Number(epoch) };
}

async function build(release: Release, architecture: Architecture): Promise<string> {
	const draft = await mkdtemp(join(FOLDER, "draft-"));
	try {
		const root = join(draft, "root");
		await stageProgram(root, architecture, CACHE);
		await stageDocuments(root, release);
		await stageManual(root, release);
		const files = await settle(root, release.epoch);
		const binaries = await checkTree(root, files, architecture);
		await writeControl(root, { release, architecture, files });
		await settle(root, release.epoch);
		const name = `fleetseed_${release.version}_${architecture.name}.deb`;
		const env = { ...process.env, SOURCE_DATE_EPOCH: String(release.epoch) };
		// Half of it is packed already: a harder compression gains little and costs minutes.
		const options = ["--root-owner-group", "-Zxz", "-z0", "--build"];
		await run("dpkg-deb", [...options, root, join(draft, name)], { env });
		await rename(join(draft, name), join(FOLDER, name));
		return `${await describe(join(FOLDER, name), files.length)}, ${binaries} binaries for ${architecture.cpu}`;
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
}

async function describe(file: string, count: number): Promise<string> {
	const { size } = await stat(file);
	const sha256 = createHash("sha256")
		.update(await readFile(file))
		.digest("hex");
	return `${file}: ${(size / 1e6).toFixed(1)} MB, ${count} files, sha256 ${sha256}`;
}

await main();
