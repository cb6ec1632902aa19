/** A process for each script, only to ask who it runs as, is spared where proc(5) says it. */
const IS_ROOT = `
is_root() {
	uid=
	while read -r name real uid rest; do [ "$name" != Uid: ] || break; done 2>/dev/null < /proc/self/status
	[ "\${uid:-$(id -u)}" = 0 ]
}
`;

/** Finds the state folder on the machine, as `$state`. Every script of ours begins with it. */
export const STATE = `${IS_ROOT}
set -u
umask 077
newline='
'
if [ -n "\${FLEETSEED_STATE:-}" ]; then state=$FLEETSEED_STATE
elif is_root; then state=/var/lib/fleetseed
else state=$HOME/.local/state/fleetseed
fi
`;
