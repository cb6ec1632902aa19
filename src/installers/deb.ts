import { type Ended, type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { PREPARE, programWords, RUN_PROGRAM } from "./program.ts";

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

/** apt brings the dependencies; with -y it otherwise refuses an older version than the one that is there. */
export const deb: Installer = {
	what: "a Debian package, installed by apt",
	os: ["linux"],
	suffix: ".deb",
	detection: {
		present: ({ name, version }) => [{ type: "package", name, version }],
		absent: ({ name }) => [{ type: "package", name }],
	},
	returnCodes: ZERO_IS_SUCCESS,
	install: ({ sha256, install }, { mayDowngrade }) => {
		const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8", ...install.env };
		const apt = [...APT, ...(mayDowngrade ? ["--allow-downgrades"] : [])];
		return { program: DEB, words: [sha256, ...programWords(env, apt, ["{file}", ...install.arguments])] };
	},
	uninstall: null,
	busy,
};

const BUSY =
	/Could not get lock|Unable to acquire the dpkg frontend lock|Unable to lock the administration directory|locked by another process/;

/** apt and dpkg speak English: they run under LC_ALL=C.UTF-8. */
function busy({ exitCode, output }: Ended): string | null {
	return exitCode !== 0 && BUSY.test(output) ? "another installer holds the lock" : null;
}
