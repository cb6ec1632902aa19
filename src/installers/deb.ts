import { type Ended, type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { PREPARE, programWords, RUN_PROGRAM } from "./program.ts";
import { REPAIR_DPKG } from "./repair-dpkg.ts";

/** A held lock is no error: who holds it is told (by fcntl locks as proc(5) lists them), and apt waits for it. */
const WAIT_FOR_LOCKS = `
set -u
holder_of() {
	inode=$(stat -c %i "$1" 2>/dev/null) || return 1
	pid=$(awk -v inode="$inode" '$2 != "->" && $4 == "WRITE" && $6 ~ (":" inode "$") && $5 > 0 { print $5; exit }' /proc/locks)
	[ -n "$pid" ] && echo "process $pid ($(tr '\\000' ' ' < "/proc/$pid/cmdline" 2>/dev/null | head -c 200 | sed 's/ *$//'))"
}
wait_for_locks() {
	left=\${DPKG_LOCK_SECONDS:-300} told=
	for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do
		while held_by=$(holder_of "$lock"); do
			[ "$held_by" = "$told" ] || echo "waiting for $lock, which $held_by holds"
			told=$held_by
			[ "$left" -gt 0 ] || return 1
			sleep 1
			left=$(( left - 1 ))
		done
	done
	[ -z "$told" ] || echo "going on: the lock is free"
}
wait_for_locks
`;

/** apt takes a file for a package only when its path ends in .deb. */
const INSTALL = `${PREPARE}${WAIT_FOR_LOCKS}${REPAIR_DPKG}
repair_dpkg "$1"
prepare "$1" .deb
shift
${RUN_PROGRAM}`;

const REMOVE = `${WAIT_FOR_LOCKS}${REPAIR_DPKG}
repair_dpkg ""
exec env "$@"
`;

const NEVER_ASKS = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

/** apt waits for the lock where dpkg fails at once; a changed configuration file is kept (apt.conf(5), dpkg(1)). */
const PATIENTLY = ["-y", "-o", "DPkg::Lock::Timeout=300"];
const KEEPING = ["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"];

/** apt brings the dependencies; with -y it otherwise refuses an older version than the one that is there. */
export const deb: Installer = {
	what: "a Debian package, installed by apt",
	os: ["linux"],
	managers: ["apt"],
	suffix: ".deb",
	detection: {
		present: ({ name, version }) => [{ type: "package", name, version }],
		absent: ({ name }) => [{ type: "package", name }],
	},
	returnCodes: ZERO_IS_SUCCESS,
	install: ({ sha256, install }, { mayDowngrade }) => {
		const env = { ...NEVER_ASKS, ...install.env };
		const apt = ["apt-get", "install", ...PATIENTLY, ...KEEPING, ...(mayDowngrade ? ["--allow-downgrades"] : [])];
		return { program: INSTALL, words: [sha256, ...programWords(env, apt, ["{file}", ...install.arguments])] };
	},
	uninstall: ({ name, install, uninstall }) => {
		const env = { ...NEVER_ASKS, ...install.env };
		const apt = ["apt-get", "remove", ...PATIENTLY, ...(uninstall?.arguments ?? []), "--", name];
		return { program: REMOVE, words: programWords(env, apt, []).slice(1) };
	},
	busy,
};

const BUSY =
	/Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock the administration directory|locked by another process/;
const HOLDER = /which (process \d+ \(.*\)) holds$|held by (process \d+ \(.*?\))/gm;

/** apt and dpkg speak English: they run under LC_ALL=C.UTF-8. */
function busy({ exitCode, output }: Ended): string | null {
	if (exitCode === 0 || !BUSY.test(output)) return null;
	const last = [...output.matchAll(HOLDER)].at(-1);
	const who = last?.[1] ?? last?.[2];
	return who === undefined ? "another installer holds the lock" : `${who} holds the lock`;
}
