import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { must } from "./command.ts";

/** Debian packages, each by a file that it brings. */
export type HostPackages = readonly (readonly [name: string, file: string])[];

const LAB: HostPackages = [
	["debootstrap", "/usr/sbin/debootstrap"],
	["debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"],
	["systemd-container", "/usr/bin/systemd-nspawn"],
	["nginx-light", "/usr/sbin/nginx"],
	["iproute2", "/usr/sbin/tc"],
	["openssh-client", "/usr/bin/ssh-keygen"],
	["util-linux", "/usr/bin/nsenter"],
	["aria2", "/usr/bin/aria2c"],
	["rpm", "/usr/bin/rpmbuild"],
	["zstd", "/usr/bin/zstd"],
	["zip", "/usr/bin/zip"],
];

const INSTALL_MS = 300_000;
/** Asked before a service is started (Debian policy, 9.3.3.1); 101: no. */
const POLICY = "/usr/sbin/policy-rc.d";

export interface HostPackagesOptions {
	readonly log: (line: string) => void;
	readonly signal: AbortSignal;
}

/** Installs what the host lacks; without a list, what the lab needs. */
export async function ensureHostPackages({ log, signal }: HostPackagesOptions, needed = LAB): Promise<void> {
	const missing = needed.filter(([, file]) => !existsSync(file)).map(([name]) => name);
	if (missing.length === 0) return;
	log(`installing on this host: ${missing.join(", ")}`);
	const options = { timeoutMs: INSTALL_MS, signal, env: { DEBIAN_FRONTEND: "noninteractive" } };
	await must(["apt-get", "update", "-qq"], options);
	const lock = ["-o", "DPkg::Lock::Timeout=300"];
	await startingNothing(() =>
		must(["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...lock, ...missing], options),
	);
}

/** Some would be services of this host at once, which speak to the whole world. A host that has such a policy keeps its own. */
async function startingNothing(install: () => Promise<unknown>): Promise<void> {
	if (existsSync(POLICY)) {
		await install();
		return;
	}
	await writeFile(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
	try {
		await install();
	} finally {
		await rm(POLICY);
	}
}
