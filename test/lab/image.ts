import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { must, run } from "./command.ts";
import type { Footprint } from "./footprint.ts";
import { DIVERTED, IMAGE_FILES, IMAGE_PACKAGES, MASKED, REMOVED } from "./image-recipe.ts";
import { startLongRunner } from "./long-runner.ts";
import { identify, killWithChildren } from "./processes.ts";
import { waitFor } from "./wait.ts";

const SUITE = "bookworm";
const BUILD_MS = 15 * 60_000;

export interface ImageOptions {
	readonly footprint: Footprint;
	readonly cacheFolder: string;
	readonly log: (line: string) => void;
	readonly signal: AbortSignal;
}

/** The root folder of the machine image; built once for each recipe, then used by all machines as the lower layer. */
export async function ensureImage(options: ImageOptions): Promise<string> {
	const { cacheFolder, log, signal } = options;
	const image = join(cacheFolder, `image-${recipeHash()}`);
	await removeDeadBuilds(cacheFolder);
	if (existsSync(image)) return image;
	log(`building the machine image in ${cacheFolder}, once, for about a minute ...`);
	const self = identify(process.pid);
	const draft = join(cacheFolder, `.tmp-${self?.pid}-${self?.startedAt}`);
	await mkdir(draft, { recursive: true });
	try {
		await bootstrap(draft, options);
		await furnish(draft, signal);
		// Another lab may have built the same meanwhile.
		if (!existsSync(image)) await rename(draft, image);
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return image;
}

function recipeHash(): string {
	const recipe = JSON.stringify([SUITE, IMAGE_PACKAGES, IMAGE_FILES, DIVERTED, MASKED, REMOVED]);
	return createHash("sha256").update(recipe).digest("hex").slice(0, 12);
}

/** Inside mount and pid namespaces of its own, and noted in the footprint: however it ends, no mount and no process of it stays. */
async function bootstrap(root: string, { footprint, signal }: ImageOptions): Promise<void> {
	const proxy = await readProxy();
	const include = `--include=${IMAGE_PACKAGES.join(",")}`;
	const debootstrap = ["debootstrap", "--variant=minbase", include, SUITE, root, await readMirror()];
	const argv = ["unshare", "--mount", "--pid", "--kill-child", "--mount-proc", ...debootstrap];
	const logFile = join(footprint.folder, "debootstrap.log");
	const runner = await startLongRunner(footprint, argv, { logFile, ...(proxy ? { env: { http_proxy: proxy } } : {}) });
	const identity = identify(runner.pid);
	try {
		const isOver = async () => (runner.hasEnded() ? true : null);
		await waitFor(isOver, { what: "debootstrap ends", timeoutMs: BUILD_MS, signal });
	} finally {
		if (identity) await killWithChildren(identity);
	}
	if ((await runner.ended) === 0) return;
	throw new Error(`debootstrap failed: ${(await readFile(logFile, "utf8")).trim().slice(-2_000)}`);
}

/** The archive that this host's own apt uses for the suite. */
async function readMirror(): Promise<string> {
	const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
	const targets = await must(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
	const rows = targets.split("\n").map((line) => line.split(" "));
	const mirror = rows.find(([, release, component]) => release === SUITE && component === "main")?.[0];
	if (!mirror) throw new Error(`/etc/apt names no archive of ${SUITE} main; add one, then run the lab again`);
	return mirror;
}

async function readProxy(): Promise<string | null> {
	const { stdout } = await run(["apt-config", "shell", "PROXY", "Acquire::http::Proxy"]);
	return stdout.match(/^PROXY='(.+)'$/m)?.[1] ?? null;
}

async function furnish(root: string, signal: AbortSignal): Promise<void> {
	for (const program of DIVERTED) {
		const divert = ["--divert", `${program}.real`, "--rename", program];
		await must(["chroot", root, "dpkg-divert", "--local", "--add", ...divert], { signal });
	}
	for (const [path, { content, mode = 0o644 }] of Object.entries(IMAGE_FILES)) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), content);
		await chmod(join(root, path), mode);
	}
	await must(["systemctl", "--root", root, "mask", ...MASKED], { signal });
	await truncate(join(root, "etc/machine-id"));
	for (const path of REMOVED) await rm(join(root, path), { force: true });
	for (const folder of ["var/lib/apt/lists", "var/cache/apt/archives"]) {
		await rm(join(root, folder), { recursive: true, force: true });
		await mkdir(join(root, folder, "partial"), { recursive: true });
	}
	for (const name of await readdir(join(root, "etc/ssh")))
		if (name.startsWith("ssh_host_")) await rm(join(root, "etc/ssh", name));
}

/** A build whose lab was killed; one that is still going on belongs to a live process. */
async function removeDeadBuilds(cacheFolder: string): Promise<void> {
	await mkdir(cacheFolder, { recursive: true });
	for (const name of await readdir(cacheFolder)) {
		const [, pid, startedAt] = name.match(/^\.tmp-(\d+)-(\d+)$/) ?? [];
		if (pid !== undefined && identify(Number(pid))?.startedAt !== startedAt)
			await rm(join(cacheFolder, name), { recursive: true, force: true });
	}
}
