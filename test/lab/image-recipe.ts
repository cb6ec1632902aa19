/** What goes into the machine image. A change of anything here makes a new image; the old one stays until it is removed. */
export const IMAGE_PACKAGES = [
	"systemd",
	"systemd-sysv",
	"dbus",
	"openssh-server",
	"avahi-daemon",
	"iproute2",
	"sudo",
	"aria2",
	"curl",
	"ca-certificates",
	"rpm",
	"unzip",
	"zstd",
	"xz-utils",
] as const;

/** Where the installers' log of a machine is, one line a run: ms since the epoch, boot id, arguments. */
export const INSTALLER_LOG = "/var/log/installer-runs";

const AVAHI_SSH = `<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name replace-wildcards="yes">%h</name>
  <service>
    <type>_ssh._tcp</type>
    <port>22</port>
  </service>
</service-group>
`;

const SSHD = `PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
`;

/**
 * Stands before the real apt-get and dpkg and notes each run that means to change the machine. A hook of apt's own would
 * miss a second run that finds nothing left to do, and that second run is what must never happen.
 * dpkg as started by apt is not a run of its own: apt sets DPKG_FRONTEND_LOCKED.
 */
function noting(program: string, acts: string): string {
	return `#!/bin/sh
case " $* " in
${acts})
	[ -n "$DPKG_FRONTEND_LOCKED" ] ||
		echo "$(date +%s%3N) $(cat /proc/sys/kernel/random/boot_id) ${program} $*" >>${INSTALLER_LOG} ;;
esac
exec ${program}.real "$@"
`;
}

export const IMAGE_FILES: Readonly<Record<string, { readonly content: string; readonly mode?: number }>> = {
	"/etc/avahi/services/ssh.service": { content: AVAHI_SSH },
	"/etc/ssh/sshd_config.d/lab.conf": { content: SSHD },
	// No sources: apt works on a file whose dependencies are satisfied, and there is no network to try.
	"/etc/apt/sources.list": { content: "" },
	"/usr/bin/apt-get": { content: noting("/usr/bin/apt-get", "*' install '*|*' remove '*|*' purge '*"), mode: 0o755 },
	"/usr/bin/dpkg": {
		content: noting("/usr/bin/dpkg", "*' -i '*|*' --install '*|*' --unpack '*|*' -r '*|*' -P '*"),
		mode: 0o755,
	},
	"/etc/resolv.conf": { content: "" },
};

/** The programs that the files above stand before; they are diverted to `.real` first, so that dpkg knows. */
export const DIVERTED = ["/usr/bin/apt-get", "/usr/bin/dpkg"] as const;

/**
 * What would make all machines one: systemd takes the id that the package dbus made at its installation before it makes
 * one of its own, even when /etc/machine-id is empty.
 */
export const REMOVED = ["/var/lib/dbus/machine-id", "/var/lib/systemd/random-seed"] as const;

/** Units that would take apt's lock or the network at a time of their own. */
export const MASKED = [
	"apt-daily.timer",
	"apt-daily-upgrade.timer",
	"dpkg-db-backup.timer",
	"e2scrub_all.timer",
	"fstrim.timer",
	"systemd-networkd-wait-online.service",
] as const;
