/**
 * `repair_dpkg DIGEST` mends what a power cut or a kill in the middle of apt or dpkg left, so that nobody has to: DIGEST is the staged package
 * that comes next, or empty. dpkg and apt mend some of it by themselves; each of the rest stops every later install, or lets apt say that
 * there is nothing to do:
 * - `status` without a byte: dpkg would take it for a machine without packages, and write that over `status-old`;
 * - a torn file in `updates`, or torn lists of apt: both refuse to read on;
 * - a package that was being unpacked (dpkg(1), "reinst-required"): `dpkg --configure -a` leaves it, and apt wants the archive of that very version,
 *   or takes its version for the installed one. It is unpacked again, from what is staged or from what apt had fetched;
 * - a package unpacked before its dependencies were: apt brings them, and removes for it nothing that works.
 */
export const REPAIR_DPKG = `
database=/var/lib/dpkg
quietly() ( umask 022; exec env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@" </dev/null )
apt() { quietly apt-get -o DPkg::Lock::Timeout=300 "$@"; }
dpkg_keeping() { quietly dpkg --force-confdef --force-confold "$@"; }
restore_status() {
	[ -e "$database/status" ] && [ ! -s "$database/status" ] || return 0
	for older in "$database/status-old" /var/backups/dpkg.status.0; do
		[ -s "$older" ] || continue
		echo "$database/status is empty: going back to $older"
		cp -p "$older" "$database/status"
		return
	done
}
drop_torn_updates() {
	while torn=$(LC_ALL=C.UTF-8 dpkg --audit 2>&1 | sed -n "s|.*parsing file '\\($database/updates/[0-9]*\\)'.*|\\1|p") && [ -f "$torn" ]; do
		echo "$torn is torn: going on without it"
		rm -f "$torn" || return
	done
}
is_interrupted() { [ -n "$(dpkg --audit 2>&1)" ] || [ -n "$(ls "$database/updates" 2>/dev/null)" ]; }
drop_torn_lists() {
	case $1 in *"/var/lib/apt/lists/"*) ;; *) return 0 ;; esac
	echo "apt cannot read its lists: fetching them again"
	find /var/lib/apt/lists -type f ! -name lock -exec rm -f {} +
	apt update -o Acquire::Retries=0 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30
}
field() { dpkg-deb -f "$1" "$2" 2>/dev/null; }
is_package() { sum=$(sha256sum < "$1") && [ "\${sum%% *}" = "\${1##*/}" ]; }
# Sets $archive to what NAME VERSION ARCHITECTURE may be unpacked from; what comes next has any version.
find_archive() {
	for archive in "$state/packages/$next" "$state"/packages/*; do
		[ -f "$archive" ] && [ "$(field "$archive" Package)" = "$1" ] || continue
		[ "\${archive##*/}" = "$next" ] || [ "$(field "$archive" Version) $(field "$archive" Architecture)" = "$2 $3" ] || continue
		! is_package "$archive" || return 0
	done
	for archive in /var/cache/apt/archives/"$1"_*.deb; do
		[ "$(field "$archive" Package) $(field "$archive" Version) $(field "$archive" Architecture)" != "$1 $2 $3" ] || return 0
	done
	return 1
}
# The third letter is R: it has to be unpacked again; the second is H: a removal was cut, and apt takes its version for the installed one.
unpack_again() {
	next_name=
	[ -z "$next" ] || next_name=$(field "$state/packages/$next" Package)
	dpkg-query -W -f '\${db:Status-Abbrev}/\${Package} \${Version} \${Architecture}\\n' | while IFS=/ read -r abbreviation package; do
		case $abbreviation/$package in
		??R/*|?H?/"$next_name "*) ;;
		*) continue ;;
		esac
		if find_archive $package; then dpkg_keeping --unpack "$archive"
		else echo "$package is half installed and its archive is not here: apt has to bring it"
		fi
	done
}
works() { case $(dpkg-query -W -f '\${db:Status-Abbrev}' "$1" 2>/dev/null) in ?i*) ;; *) false ;; esac; }
bring_dependencies() {
	! apt check >/dev/null 2>&1 || return 0
	apt install -y --no-remove -f && return
	for removed in $(apt install -s -f | sed -n 's/^Remv \\([^ ]*\\).*/\\1/p'); do
		! works "$removed" || { echo "not removing $removed, which works"; return 1; }
	done
	apt install -y -f
}
repair_dpkg() {
	next=$1
	restore_status
	drop_torn_updates
	drop_torn_lists "$(apt check 2>&1)"
	is_interrupted || return 0
	echo "dpkg was interrupted: repairing it"
	unpack_again
	dpkg_keeping --configure -a
	bring_dependencies
}
`;
