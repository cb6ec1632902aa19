import type { ActOptions, Ended, Installer } from "./installer.ts";
import { insertAfterFixed, PREPARE, programWords, RUN_PROGRAM } from "./program.ts";

/**
 * \`manager INSTALL|DOWNGRADE|REMOVE\` sets $manager to the words, none of which has blanks, of whatever the machine has: dnf and zypper bring the
 * dependencies, rpm alone does not. The file was checked by its SHA-256, so that an unsigned one is as good.
 */
const MANAGER = `
set -u
manager() {
	if command -v dnf >/dev/null; then
		case $1 in install) manager="dnf -y install" ;; downgrade) manager="dnf -y downgrade" ;; *) manager="dnf -y remove" ;; esac
	elif command -v zypper >/dev/null; then
		manager="zypper --non-interactive --no-refresh"
		case $1 in
		install) manager="$manager install --allow-unsigned-rpm" ;;
		downgrade) manager="$manager install --allow-unsigned-rpm --oldpackage" ;;
		*) manager="$manager remove" ;;
		esac
	elif command -v yum >/dev/null; then
		case $1 in install) manager="yum -y install" ;; downgrade) manager="yum -y downgrade" ;; *) manager="yum -y remove" ;; esac
	elif command -v rpm >/dev/null; then
		case $1 in install) manager="rpm -U" ;; downgrade) manager="rpm -U --oldpackage" ;; *) manager="rpm -e" ;; esac
	else
		echo "the machine has neither dnf, zypper, yum nor rpm"
		exit 1
	fi
}
`;

const INSTALL = `${PREPARE}${MANAGER}
prepare "$1" .rpm
# dnf takes a newer version back without being asked, zypper does nothing and calls that success: rpm's own comparison decides for all of them.
newer=$(LC_ALL=C.UTF-8 rpm -U --test --nodeps --nosignature "$file" 2>&1 | sed -n 's/^.*package \\(.*\\) (which is newer than .*) is already installed$/\\1/p')
manager install
if [ -n "$newer" ]; then
	[ "$2" = downgrade ] || { echo "a newer version is there, and stays: $newer"; exit 1; }
	manager downgrade
fi
shift 2
fixed=$1
shift
${insertAfterFixed("$manager")}
set -- "$fixed" "$@"
${RUN_PROGRAM}`;

const REMOVE = `${MANAGER}
manager remove
name=$1 fixed=$2
shift 2
${insertAfterFixed("$manager")}
exec env "$@" -- "$name"
`;

/** Reads zypper's ZYPP_LOCK_TIMEOUT; dnf waits by itself. */
const PATIENTLY = { LC_ALL: "C.UTF-8", ZYPP_LOCK_TIMEOUT: "300" };

/** 102 and 103 are zypper's: a reboot, or a restart of zypper itself, is needed (zypper(8)); 200 is dnf's for a held lock. */
export const rpm: Installer = {
	what: "an RPM package, installed by dnf, zypper, yum or rpm, whichever the machine has",
	os: ["linux"],
	managers: ["dnf", "zypper", "yum", "rpm"],
	suffix: ".rpm",
	detection: {
		present: ({ name, version }) => [{ type: "package", name, version }],
		absent: ({ name }) => [{ type: "package", name }],
	},
	returnCodes: { success: [0, 103], softReboot: [102], hardReboot: [], retry: [200] },
	install: ({ sha256, install }, { mayDowngrade }: ActOptions) => {
		const env = { ...PATIENTLY, ...install.env };
		const words = programWords(env, [], [...install.arguments, "{file}"]);
		return { program: INSTALL, words: [sha256, mayDowngrade ? "downgrade" : "", ...words] };
	},
	uninstall: ({ name, install, uninstall }) => ({
		program: REMOVE,
		words: [name, ...programWords({ ...PATIENTLY, ...install.env }, [], uninstall?.arguments ?? [])],
	}),
	busy,
};

const BUSY =
	/transaction lock on|System management is locked by the application with pid (\d+) \((.*?)\)|Waiting for process with pid (\d+)/;

function busy({ exitCode, output }: Ended): string | null {
	const said = exitCode === 0 ? null : BUSY.exec(output);
	if (!said) return null;
	const [, pid = said[3], command] = said;
	if (pid === undefined) return "another installer holds the lock";
	return `process ${pid}${command === undefined ? "" : ` (${command})`} holds the lock`;
}
