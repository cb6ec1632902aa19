import { KEPT_DAYS } from "../../model/job-contract.ts";

/** Where less is free, no helper stays for another controller. */
const PLENTY_KIB = 2 * 2 ** 20;

/**
 * `use_helper DIGEST` marks it as used, and removes every other but the one that was used last: another controller may be of another version. Even that one
 * goes where room is short, or after long, and none while a transport runs from it. A mark that one does not run here has no size, and goes after
 * long alone. `remove_torn` removes what a broken push left. Whoever uses a helper's folder holds its lock, shared.
 */
export const HELPERS = `
free() { df -Pk "$state" | awk 'NR == 2 { print $4 }'; }
stays() {
	[ -z "$(find "$1" -maxdepth 0 -mtime +${KEPT_DAYS})" ] || return 1
	[ -e "$1/fleetseed-agent" ] || return 0
	[ $is_one_kept = no ] && [ "$(free)" -ge ${PLENTY_KIB} ] && is_one_kept=yes
}
use_helper() {
	touch -c "$state/helper/$1"
	is_one_kept=no
	for name in $(ls -1t "$state/helper"); do
		[ "$name" != "$1" ] || continue
		stays "$state/helper/$name" || flock -xn "$state/helper/$name/lock" rm -rf "$state/helper/$name" || true
	done
}
remove_torn() {
	for torn in "$state"/helper/*/fleetseed-agent.new.*; do
		[ ! -e "$torn" ] || kill -0 "\${torn##*.}" 2>/dev/null || rm -f "$torn"
	done
}
`;
