import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "./architectures.ts";
import type { StagedFile } from "./tree.ts";

const SCRIPTS = join(import.meta.dirname, "scripts");

/** What Node's executable is linked against, as the oldest release of Debian that has all of it calls it. */
const NEEDS_LIBRARIES = "libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)";

export interface Release {
	readonly version: string;
	readonly description: string;
	/** Seconds since the epoch: every time in the package is at most this one. */
	readonly epoch: number;
}

/** Writes DEBIAN/ into the tree: what dpkg has to know, and the maintainer's scripts. */
export async function writeControl(
	root: string,
	{ release, architecture, files }: { release: Release; architecture: Architecture; files: readonly StagedFile[] },
): Promise<void> {
	const folder = join(root, "DEBIAN");
	await mkdir(folder);
	const sizeKib = files.reduce((sum, { sizeBytes }) => sum + Math.ceil(sizeBytes / 1024), 0);
	await writeFile(join(folder, "control"), controlOf(release, architecture, sizeKib));
	const conffiles = files.flatMap(({ path }) => (path.startsWith("etc/") ? [`/${path}\n`] : []));
	await writeFile(join(folder, "conffiles"), conffiles.join(""));
	await writeFile(join(folder, "md5sums"), await digestsOf(root, files));
	for (const script of ["postinst", "prerm", "postrm"])
		await cp(join(SCRIPTS, script), join(folder, script), { mode: 0 });
}

function controlOf({ version, description }: Release, { name }: Architecture, sizeKib: number): string {
	return `Package: fleetseed
Version: ${version}
Architecture: ${name}
Maintainer: The fleetseed project <fleetseed@example.org>
Installed-Size: ${sizeKib}
Depends: ${NEEDS_LIBRARIES}, systemd (>= 252)
Recommends: ca-certificates
Suggests: avahi-daemon, openssh-client
Section: admin
Priority: optional
Homepage: https://example.org/fleetseed
Description: ${description}
 A daemon for administrators of 10 to 10,000 machines behind one uplink. It
 downloads a package once, seeds it over BitTorrent to the machines that it
 finds over mDNS, and installs it over SSH inside the windows and rings that
 YAML policies set. Every install is proven on the machine by detection, and
 every machine that is not done has one stated reason.
 .
 The package brings its own Node.js runtime.
`;
}

/** Of every file but the configuration's, as md5sums(5) has it: conffiles are dpkg's own business. */
async function digestsOf(root: string, files: readonly StagedFile[]): Promise<string> {
	const lines: string[] = [];
	for (const { path } of files) {
		if (path.startsWith("etc/")) continue;
		const digest = createHash("md5")
			.update(await readFile(join(root, path)))
			.digest("hex");
		lines.push(`${digest}  ${path}\n`);
	}
	return lines.join("");
}
