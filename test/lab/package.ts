import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { must, run } from "./command.ts";

/** A real Debian package, large enough for the network to matter, that installs where nothing else is to be had. */
export interface LabPackage {
	readonly name: string;
	readonly version: string;
	readonly file: string;
	readonly fileName: string;
	readonly sizeBytes: number;
	/** Hex. */
	readonly sha256: string;
}

/** Data of games and sounds: 100 MB and more, no dependencies, no maintainer scripts. The first that the archive has is taken. */
const CANDIDATES = ["openclonk-data", "trigger-rally-data", "fluid-soundfont-gm", "hydrogen-drumkits"];
const MIN_BYTES = 100_000_000;
const DOWNLOAD_MS = 15 * 60_000;

export interface PackageOptions {
	readonly cacheFolder: string;
	readonly log: (line: string) => void;
	readonly signal: AbortSignal;
}

/** Downloads it with the host's apt the first time; later runs need no network. */
export async function ensurePackage(options: PackageOptions): Promise<LabPackage> {
	const folder = join(options.cacheFolder, "packages");
	await mkdir(folder, { recursive: true });
	const cached = (await readdir(folder)).find((name) => name.endsWith(".deb"));
	return describe(folder, cached ?? (await download(folder, options)));
}

async function download(folder: string, { log, signal }: PackageOptions): Promise<string> {
	if ((await chooseCandidate()) === null) await must(["apt-get", "update", "-qq"], { timeoutMs: DOWNLOAD_MS, signal });
	const name = await chooseCandidate();
	if (name === null)
		throw new Error(`apt knows none of ${CANDIDATES.join(", ")}; add Debian's main archive to /etc/apt`);
	log(`downloading ${name} from the host's archive, once ...`);
	const draft = join(folder, `.tmp-${process.pid}`);
	await mkdir(draft, { recursive: true });
	try {
		const options = { cwd: draft, timeoutMs: DOWNLOAD_MS, signal };
		await must(["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", name], options);
		const [file] = await readdir(draft);
		if (!file) throw new Error(`apt-get download ${name} left no file`);
		await rename(join(draft, file), join(folder, file));
		return file;
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
}

/** The first candidate that apt can download, that is large enough, and that depends on nothing. */
async function chooseCandidate(): Promise<string | null> {
	for (const name of CANDIDATES) {
		const { code, stdout } = await run(["apt-cache", "show", "--no-all-versions", name]);
		const size = Number(stdout.match(/^Size: (\d+)$/m)?.[1] ?? 0);
		if (code === 0 && size >= MIN_BYTES && !/^(Pre-)?Depends:/m.test(stdout)) return name;
	}
	return null;
}

async function describe(folder: string, cachedName: string): Promise<LabPackage> {
	const file = join(folder, cachedName);
	const fields = await must(["dpkg-deb", "-f", file, "Package", "Version"]);
	const name = fields.match(/^Package: (.+)$/m)?.[1];
	const version = fields.match(/^Version: (.+)$/m)?.[1];
	if (!name || !version) throw new Error(`${file} is no Debian package; remove it, then run the lab again`);
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	const { size } = await stat(file);
	// apt writes an epoch's colon as %3a in the file's name; a plain name needs no escaping in the URL.
	return { name, version, file, fileName: `${name}.deb`, sizeBytes: size, sha256: hash.digest("hex") };
}
