/**
 * `prune_helpers DIGEST` removes every helper but that one, unless a transport runs from it; `remove_torn` what a broken push left. Whoever uses
 * a helper's folder holds its lock, shared.
 */
export const PRUNE_HELPERS = `
prune_helpers() {
	for old in "$state"/helper/*; do
		[ "$old" = "$state/helper/$1" ] || [ ! -d "$old" ] || flock -xn "$old/lock" rm -rf "$old"
	done
}
remove_torn() {
	for torn in "$state"/helper/*/fleetseed-agent.new.*; do
		[ ! -e "$torn" ] || kill -0 "\${torn##*.}" 2>/dev/null || rm -f "$torn"
	done
}
`;
