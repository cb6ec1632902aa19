import type { PackageSpec } from "../../model/policy.ts";
import { type Installer, PREPARE, programWords, RUN_PROGRAM } from "./installer.ts";

/** apt takes a file for a package only when its path ends in .deb. A dpkg that was interrupted is repaired first. */
const DEB = `${PREPARE}
prepare "$1" .deb
shift
if [ -n "$(dpkg --audit 2>&1)" ]; then dpkg --configure -a; fi
${RUN_PROGRAM}`;

/** apt waits for the lock where dpkg fails at once; a changed configuration file is kept (apt.conf(5), dpkg(1)). */
const APT = [
	"apt-get",
	"install",
	"-y",
	"-o",
	"DPkg::Lock::Timeout=300",
	"-o",
	"Dpkg::Options::=--force-confdef",
	"-o",
	"Dpkg::Options::=--force-confold",
];

export function debInstaller({ sha256, install }: PackageSpec, { mayDowngrade }: DebOptions = {}): Installer {
	const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8", ...install.env };
	const words =
		install.command === undefined
			? programWords(env, [...APT, ...(mayDowngrade ? ["--allow-downgrades"] : [])], ["{file}", ...install.arguments])
			: programWords(env, [install.command], install.arguments);
	return { script: DEB, arguments: [sha256, ...words] };
}

interface DebOptions {
	/** With -y apt otherwise refuses an older version than the one that is there. */
	readonly mayDowngrade?: true;
}

const BUSY =
	/Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock the administration directory|locked by another process/;

/** Whether apt or dpkg says that another holds its lock (it speaks English: the installer runs under LC_ALL=C.UTF-8). */
export function isBusy(output: string): boolean {
	return BUSY.test(output);
}
