import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a machine has of its own although it runs on this host: they are looked for under its folder `root`. */
const OWN_FILES = [
	"/etc/os-release",
	"/etc/machine-id",
	"/proc/1/comm",
	"/usr/lib/os-release",
	"/proc/sys/kernel/random/boot_id",
	"/proc/net/route",
	"/proc/sys/kernel/ostype",
	"/sys/class/net",
	"/run/reboot-required",
	"/var/run/reboot-required",
	"/boot",
	"/boot/*",
];

/** The real program, on the machine's own files. */
const OWN_VIEW = (root: string) => `#!/bin/sh
for word; do
	shift
	case $word in ${OWN_FILES.join("|")}) word='${root}'$word ;; esac
	set -- "$@" "$word"
done
exec "/bin/\${0##*/}" "$@"
`;

const PROGRAMS: Readonly<Record<string, (root: string) => string>> = {
	cat: OWN_VIEW,
	stat: OWN_VIEW,
	ls: OWN_VIEW,
	awk: OWN_VIEW,
	who: (root) => `#!/bin/sh\nexec /bin/cat '${root}/users' 2>/dev/null\n`,
	shutdown: (root) => `#!/bin/sh
echo "$*" >> '${root}/shutdowns'
mkdir '${root}/going-down' 2>/dev/null || { echo "a shutdown is under way already" >&2; exit 1; }
`,
	reboot: () => `#!/bin/sh\nexec "\${0%/*}/shutdown" "$@"\n`,
	systemctl: (root) => `#!/bin/sh
case $1 in
is-system-running) if [ -d '${root}/going-down' ]; then echo stopping; else echo running; fi ;;
reboot) exec "\${0%/*}/shutdown" ;;
*) exit 1 ;;
esac
`,
	runlevel: () => "#!/bin/sh\necho unknown\n",
};

/** Puts them into `folder/bin`, but for those that a test has put there. None of them, least of all shutdown, reaches this host. */
export function writeOwnPrograms(folder: string): void {
	mkdirSync(join(folder, "bin"), { recursive: true });
	for (const [name, text] of Object.entries(PROGRAMS)) {
		const file = join(folder, "bin", name);
		if (!existsSync(file)) writeFileSync(file, text(join(folder, "root")), { mode: 0o755 });
	}
}
