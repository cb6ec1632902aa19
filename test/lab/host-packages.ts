import { existsSync } from "node:fs";
import { must } from "./command.ts";

/** The Debian packages that the lab's host needs, each by a file that it brings. */
const NEEDED = [
	["debootstrap", "/usr/sbin/debootstrap"],
	["debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg"],
	["systemd-container", "/usr/bin/systemd-nspawn"],
	["nginx-light", "/usr/sbin/nginx"],
	["iproute2", "/usr/sbin/tc"],
	["openssh-client", "/usr/bin/ssh-keygen"],
	["util-linux", "/usr/bin/nsenter"],
	["aria2", "/usr/bin/aria2c"],
] as const;

const INSTALL_MS = 300_000;

/** Installs what the host lacks. */
export async function ensureHostPackages(log: (line: string) => void, signal: AbortSignal): Promise<void> {
	const missing = NEEDED.filter(([, file]) => !existsSync(file)).map(([name]) => name);
	if (missing.length === 0) return;
	log(`installing on this host: ${missing.join(", ")}`);
	const options = { timeoutMs: INSTALL_MS, signal, env: { DEBIAN_FRONTEND: "noninteractive" } };
	await must(["apt-get", "update", "-qq"], options);
	const lock = ["-o", "DPkg::Lock::Timeout=300"];
	await must(["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...lock, ...missing], options);
}
