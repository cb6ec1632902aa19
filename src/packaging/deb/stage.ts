import { execFile } from "node:child_process";
import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../helper/bundle.ts";
import { nodeFor } from "../helper/runtime.ts";
import { stripElf } from "../helper/strip-elf.ts";
import type { Architecture } from "./architectures.ts";
import { prune } from "./tree.ts";

const run = promisify(execFile);

const PROGRAM = "usr/lib/fleetseed";

/** The program's own tree under /usr/lib: sources, libraries, Node, the helpers for machines, and the unit's files beside it. */
export async function stageProgram(root: string, architecture: Architecture, cacheFolder: string): Promise<void> {
	const program = join(root, PROGRAM);
	await cp(join(ROOT, "systemd"), root, { recursive: true });
	await mkdir(program, { recursive: true });
	for (const name of ["package.json", "src", "config/starter", "dist/helper", "dist/dashboard"])
		await cp(join(ROOT, name), join(program, name), { recursive: true });
	await stageLibraries(program, architecture);
	await stageNode(program, architecture, cacheFolder);
	await prune(program, isLeftOut(architecture));
	await cp(join(ROOT, "config/starter"), join(root, "etc/fleetseed"), { recursive: true });
}

/** Exactly what the lockfile names, without what only this repository's checks need; nothing of it runs here. */
async function stageLibraries(program: string, { cpu }: Architecture): Promise<void> {
	for (const name of ["package-lock.json", ".npmrc"]) await copyFile(join(ROOT, name), join(program, name));
	const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
	const target = ["--omit=dev", "--ignore-scripts", "--os=linux", `--cpu=${cpu}`, "--libc=glibc"];
	await run("npm", ["ci", ...target, ...quiet], { cwd: program });
	for (const name of ["package-lock.json", ".npmrc", "node_modules/.package-lock.json", "node_modules/.bin"])
		await rm(join(program, name), { recursive: true, force: true });
}

async function stageNode(program: string, { platform }: Architecture, cacheFolder: string): Promise<void> {
	const node = join(program, "bin/node");
	const source = await nodeFor(platform, cacheFolder);
	await mkdir(dirname(node), { recursive: true });
	await writeFile(node, stripElf(await readFile(source)), { mode: 0o755 });
	await chmod(node, 0o755);
	const license = join(source, "../../LICENSE");
	await copyFile(license, join(program, "bin/LICENSE"));
	await rm(join(program, "node_modules", platform.nodePackage), { recursive: true, force: true });
}

/** What no process of ours opens: other platforms' binaries, sources that binaries were made of, types, maps, documents. */
function isLeftOut({ cpu }: Architecture): (path: string) => boolean {
	const ours = new RegExp(`/prebuilds/linux-${cpu}/(?!.*musl)`);
	return (path) => {
		if (/^src\/(packaging|dashboard)\//.test(path) || /^src\/.*\.d\.ts$/.test(path)) return true;
		if (!path.startsWith("node_modules/")) return false;
		if (/^node_modules\/(@[^/]+\/)?[^/]+\/(tests?|integration|benchmarks?|examples?|docs?|scripts)\//.test(path))
			return true;
		if (path.includes("/prebuilds/")) return !ours.test(path) || path.endsWith(".bare");
		if (/\/(LICENSE|LICENCE|NOTICE|COPYING)[^/]*$/i.test(path)) return false;
		return /\.(d\.[cm]?ts|[cm]?ts|tsx|map|md|markdown|c|cc|cpp|h|hpp|gyp|gypi|flow|html|yml|png|svg)$|\/\.[^/]+$|\/\.[^/]+\/|\/(Makefile|CMakeLists\.txt)$/.test(
			path,
		);
	};
}
