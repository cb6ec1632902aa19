/** `count_users` prints how many people are logged in. A login without a terminal, such as our own, is no person (who(1) with logind lists it). */
export const COUNT_USERS = `
count_users() { who 2>/dev/null | awk '$2 != "sshd" || $3 ~ /^pts/ { n++ } END { print n + 0 }'; }
`;

/** `boot_id` prints what changes with every boot (random(4)). */
export const BOOT_ID = `
boot_id() { cat /proc/sys/kernel/random/boot_id; }
`;

/**
 * `machine_facts` prints a line each: `machine NAME VALUE`. Of os-release(5), which is a program to a shell, two lines are passed on as they
 * stand, with their quotes. needs-restarting(1) belongs to rpm, also as a command of dnf; it says why on stdout, while its own crash, which
 * exits 1 too, goes to stderr. zypper exits with 102 (zypper(8)).
 */
export const MACHINE_FACTS = `${BOOT_ID}${COUNT_USERS}
user_names() { who 2>/dev/null | awk '$2 != "sshd" || $3 ~ /^pts/ { print $1 }' | sort -u | head -n 32 | tr '\\n' ' '; }
one_line() { head -n 1 | head -c 256; }
present() { for program; do command -v "$program" >/dev/null && printf '%s ' "$program"; done; }
# One that came since the boot: its file keeps the time of its build, but not that of its change.
has_new_kernel() {
	booted=$(sed -n 's/^btime //p' /proc/stat)
	for kernel in $(ls /boot 2>/dev/null); do
		case $kernel in vmlinuz-*|Image-*) ;; *) continue ;; esac
		[ "$(stat -c %Z "/boot/$kernel" 2>/dev/null || echo 0)" -le "\${booted:-0}" ] || return 0
	done
	return 1
}
needs_reboot() {
	[ -z "$(stat -c %n /run/reboot-required /var/run/reboot-required 2>/dev/null)" ] || return 0
	! has_new_kernel || return 0
	if command -v needs-restarting >/dev/null; then said=$(timeout -k 5 60 needs-restarting -r 2>/dev/null)
	elif command -v dnf >/dev/null; then said=$(timeout -k 5 60 dnf -q needs-restarting -r 2>/dev/null)
	elif command -v zypper >/dev/null; then
		timeout -k 5 60 zypper --non-interactive needs-rebooting >/dev/null 2>&1
		[ $? -eq 102 ]
		return
	else return 1
	fi
	[ $? -eq 1 ] && [ -n "$said" ]
}
machine_facts() {
	echo "machine os $(uname -s)"
	echo "machine arch $(dpkg --print-architecture 2>/dev/null || uname -m)"
	{ cat /etc/os-release || cat /usr/lib/os-release; } 2>/dev/null | head -c 65536 |
		LC_ALL=C sed -n 's/^ID=/machine distribution /p; s/^VERSION_ID=/machine version /p' | head -c 4096
	echo
	place=$state
	while [ ! -d "$place" ]; do
		case $place in */*) place=\${place%/*} ;; *) place=/ ;; esac
	done
	df -Pk "$place" | awk 'NR == 2 { print "machine disk", $2; print "machine free", $4 }'
	echo "machine memory $(sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)"
	echo "machine boot $(boot_id)"
	if needs_reboot; then echo "machine reboot yes"; else echo "machine reboot no"; fi
	echo "machine users $(count_users)"
	echo "machine names $(user_names)"
	echo "machine id $(cat /etc/machine-id 2>/dev/null | one_line)"
	echo "machine init $(cat /proc/1/comm 2>/dev/null | one_line)"
	echo "machine shell $(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f7 | one_line)"
	echo "machine managers $(present apt-get dpkg rpm dnf yum zypper apk pacman)"
	echo "machine tools $(present curl wget aria2c fleetseed-agent)"
	link=$(cat /proc/net/route 2>/dev/null | awk '$2 == "00000000" { print $1; exit }')
	echo "machine link $(cat "/sys/class/net/$link/speed" 2>/dev/null)"
}
`;
