import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command.ts";
import type { Lab } from "./lab.ts";

/** On a machine where this file is, the small package's installation fails. */
export const BREAKS_INSTALLS = "/etc/lab-breaks-installs";
/** On a machine where this file is, the small package asks for a reboot as Debian's packages do. */
export const WANTS_REBOOT = "/etc/lab-wants-reboot";

/** As long as this file is on a machine, the small package's installation does not end. */
export const SLOW_INSTALLS = "/etc/lab-slow-installs";

const POSTINST = `#!/bin/sh
set -e
[ ! -e ${BREAKS_INSTALLS} ] || { echo "this machine breaks installs" >&2; exit 1; }
[ ! -e "/etc/lab-breaks-$(dpkg-query -W -f '\${Version}' "$DPKG_MAINTSCRIPT_PACKAGE")" ] || { echo "this version breaks" >&2; exit 1; }
while [ -e ${SLOW_INSTALLS} ]; do sleep 0.2; done
[ ! -e ${WANTS_REBOOT} ] || touch /run/reboot-required
`;

export interface ServedPackage {
	readonly name: string;
	readonly version: string;
	readonly url: string;
	/** Hex. */
	readonly sha256: string;
	readonly sizeBytes: number;
}

/** Quick to move. */
export function makeSmallPackage(lab: Lab, name: string, version: string): Promise<ServedPackage> {
	return makePackage(lab, { name, version, ballastBytes: 4 * 2 ** 20 });
}

export interface PackageRecipe {
	readonly name: string;
	readonly version: string;
	readonly ballastBytes: number;
}

/** A Debian package of our own, built by dpkg-deb and served by the lab's origin, and able to misbehave. */
export async function makePackage(lab: Lab, { name, version, ballastBytes }: PackageRecipe): Promise<ServedPackage> {
	const folder = join(lab.footprint.folder, `${name}-${version}`);
	await mkdir(join(folder, "DEBIAN"), { recursive: true });
	await mkdir(join(folder, "usr/share", name), { recursive: true });
	const control = {
		Package: name,
		Version: version,
		Architecture: "all",
		Maintainer: "Lab <lab@example.org>",
		Description: "misbehaves when told to",
	};
	const lines = Object.entries(control).map(([key, value]) => `${key}: ${value}\n`);
	await writeFile(join(folder, "DEBIAN/control"), lines.join(""));
	await writeFile(join(folder, "DEBIAN/postinst"), POSTINST, { mode: 0o755 });
	await writeFile(join(folder, "usr/share", name, "ballast"), randomBytes(ballastBytes));
	const file = `${folder}.deb`;
	await must(["dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, file]);
	const content = await readFile(file);
	const url = await lab.origin.serve(file, `${name}-${version}.deb`);
	const sha256 = createHash("sha256").update(content).digest("hex");
	return { name, version, url, sha256, sizeBytes: content.length };
}

/** As it stands in a policy's `packages`. */
export function packageEntry({ name, version, url, sha256 }: ServedPackage): object {
	return { name, version, type: "deb", source: { url }, checksum: `sha256:${sha256}` };
}
