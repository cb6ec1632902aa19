/** `count_users` prints how many people are logged in. A login without a terminal, such as our own, is no person (who(1) with logind lists it). */
export const COUNT_USERS = `
count_users() { who 2>/dev/null | awk '$2 != "sshd" || $3 ~ /^pts/ { n++ } END { print n + 0 }'; }
`;

/** `boot_id` prints what changes with every boot (random(4)). */
export const BOOT_ID = `
boot_id() { cat /proc/sys/kernel/random/boot_id; }
`;

/**
 * One process reads all that is a file: os-release(5), in two places, machine-id(5), and what the kernel tells in proc(5); of each line its first 256
 * characters at most, and of os-release, which is a program to a shell, two lines as they stand, with their quotes. On stdin: df(1), an empty line, who(1).
 */
const READ_FILES = `
function line_of(file) { return (getline line < file) > 0 ? substr(line, 1, 256) : "" }
function release(file) {
	for (lines = 0; lines < 1000 && (getline line < file) > 0; lines++)
		if (line ~ /^ID=/) print "machine distribution", substr(line, 4, 256)
		else if (line ~ /^VERSION_ID=/) print "machine version", substr(line, 12, 256)
	return lines
}
function default_link(file) {
	while ((getline line < file) > 0) if (split(line, word) > 1 && word[2] == "00000000") return word[1]
	return ""
}
BEGIN {
	release(ARGV[1]) || release(ARGV[2])
	print "machine id", line_of(ARGV[3])
	print "machine init", line_of(ARGV[4])
	print "machine boot", line_of(ARGV[5])
	print "machine os", line_of(ARGV[6])
	split(line_of(ARGV[7]), word)
	if (word[1] == "MemTotal:") print "machine memory", word[2]
	link = default_link(ARGV[8])
	if (link != "") print "machine link", line_of(ARGV[9] "/" link "/speed")
	ARGC = 1
}
$0 == "" { isWho = 1; next }
!isWho && NR == 2 { print "machine disk", $2; print "machine free", $4 }
isWho && ($2 != "sshd" || $3 ~ /^pts/) { users++; if (!($1 in seen) && ++people <= 32) names = names " " $1; seen[$1] = 1 }
END { print "machine users", users + 0; print "machine names" names }
`;

const FILES =
	"/etc/os-release /usr/lib/os-release /etc/machine-id /proc/1/comm /proc/sys/kernel/random/boot_id /proc/sys/kernel/ostype /proc/meminfo /proc/net/route /sys/class/net";

/**
 * `machine_facts` prints a line each: `machine NAME VALUE`. A program costs a machine more than all that a shell does by itself, so there are few.
 * sshd and sudo set SHELL to what getent(1) would say. needs-restarting(1) belongs to rpm, also as a command of dnf; it says why on stdout, while its own crash, which
 * exits 1 too, goes to stderr. zypper exits with 102 (zypper(8)).
 */
export const MACHINE_FACTS = `
present() { for program; do command -v "$program" >/dev/null && printf ' %s' "$program"; done; echo; }
# A kernel that came since the boot: its file keeps the time of its build, but not that of its change.
has_new_kernel() {
	booted=$(sed -n 's/^btime //p' /proc/stat)
	for changed in $(stat -c %Z "$@" 2>/dev/null); do [ "$changed" -le "\${booted:-0}" ] || return 0; done
	return 1
}
needs_reboot() {
	set --
	for name in $(ls /boot /run/reboot-required /var/run/reboot-required 2>/dev/null); do
		case $name in
		*/reboot-required) return 0 ;;
		vmlinuz-*|Image-*) set -- "$@" "/boot/$name" ;;
		esac
	done
	if [ $# -gt 0 ] && has_new_kernel "$@"; then return 0; fi
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
	place=$state
	while [ ! -d "$place" ]; do
		case $place in */*) place=\${place%/*} ;; *) place=/ ;; esac
	done
	{ df -Pk "$place"; echo; who 2>/dev/null; } | LC_ALL=C awk '${READ_FILES}' ${FILES}
	arch=$(dpkg --print-architecture 2>/dev/null) || arch=$(uname -m)
	echo "machine arch $arch"
	if needs_reboot; then echo "machine reboot yes"; else echo "machine reboot no"; fi
	[ -n "\${SHELL:-}" ] || SHELL=$(getent passwd "$(id -u)" 2>/dev/null)
	printf 'machine shell %s\\n' "\${SHELL##*:}"
	printf 'machine managers'
	present apt-get dpkg rpm dnf yum zypper apk pacman
	printf 'machine tools'
	present curl wget aria2c fleetseed-agent
}
`;
