import { HELPERS } from "./helper.ts";
import { JOB } from "./job.ts";
import { STATE } from "./state.ts";

/**
 * Folder of one digest's delivery: `torrent` or `source`, `data/DIGEST` (pieces, with holes) or `prefix/DIGEST` (from the beginning on),
 * `checking` while a digest is made of them, and `outcome` (staged or refused) once the file is whole. Beside the data is `full` while the disk has no room
 * for more of them.
 */
export const INCOMING = `${JOB}
incoming_of() { incoming=$state/incoming/$1; }
# Sets $key to the digest's latest transport ("" if there was none) and $next to the key after it.
latest_transport() {
	short=\${1%"\${1#????????????????}"} n=0
	while [ -d "$state/jobs/deliver-$short-$(( n + 1 ))" ]; do n=$(( n + 1 )); done
	key=
	[ $n -eq 0 ] || key=deliver-$short-$n
	next=deliver-$short-$(( n + 1 ))
}
`;

/** `note_room FOLDER` marks a folder of data that cannot hold as much more as a transport writes at once, and no other. */
const ROOM = `
note_room() {
	if head -c 65536 /dev/zero > "$1/room"; then rm -f "$1/full"; else true > "$1/full"; fi
	rm -f "$1/room"
}
`;

/** The program that a transport calls when the file is whole: GID COUNT PATH, as aria2 does. Safe to call twice. */
export const HOOK = `#!/bin/sh
${STATE}${ROOM}
path=$3
sha256=\${path##*/}
incoming=$state/incoming/$sha256
[ -e "$incoming/outcome" ] && exit 0
say() { echo "$1" > "$incoming/outcome.$$" && mv "$incoming/outcome.$$" "$incoming/outcome" || { rm -f "$incoming/outcome.$$"; false; }; }
: > "$incoming/checking"
sum=$(sha256sum < "$path") || sum=
rm -f "$incoming/checking"
[ -n "$sum" ] || exit 1
if [ "\${sum%% *}" = "$sha256" ]; then
	mkdir -p "$state/packages"
	chmod 600 "$path"
	sync "$path"
	ln -f "$path" "$state/packages/$sha256" && say staged || note_room "\${path%/*}"
else
	say refused
	rm -f "$path"
fi
`;

/**
 * What asks the controller for the rest of the file, again and again while it grows, at most a minute or two without, as while the disk is full. The URL holds
 * the machine's token and stands in a file, since everybody on the machine can read command lines.
 */
const HTTP = `
size() { stat -c %s "$data/$1" 2>/dev/null || echo 0; }
get_rest() {
	if command -v curl >/dev/null
	then printf 'url = "%s"\n' "$(cat "$incoming/source")" | curl -q --silent --show-error --fail --noproxy '*' --connect-timeout 10 \
		--speed-limit 1 --speed-time 30 --continue-at - --output "$data/$1" --config -
	else wget --no-config --no-proxy --quiet --tries=1 --timeout=30 --continue --output-document="$data/$1" --input-file="$incoming/source"
	fi
}
get() {
	code=1 idle=0
	while [ $code -ne 0 ] && [ $idle -lt 30 ]; do
		before=$(size "$1")
		# Whole, and not the package, or it would not have come to this.
		[ "$before" -lt "$2" ] || { rm -f "$data/$1"; before=0; }
		get_rest "$1"
		code=$?
		if [ "$(size "$1")" -gt "$before" ]; then idle=0; else idle=$(( idle + 1 )); fi
		[ $code -eq 0 ] || { note_room "$data"; sleep 2; }
	done
	return $code
}
`;

/**
 * A delivery's job: DIGEST METHOD SEED_SECONDS BYTES HELPER UP DOWN, the limits in bytes per second, 0 for none. What is whole already needs no transport; one that ends without calling the
 * hook is followed by it; the torrent goes, for it holds the machine's token, and the data too once it is staged. What came from the
 * beginning is of use to our own peer, which looks at what is there; holes are of use to nobody else.
 * Left to itself aria2 asks a tracker that did not answer again after minutes; a controller that restarts is back in seconds.
 */
export const TRANSPORT = `${STATE}${ROOM}${HELPERS}
incoming=$state/incoming/$1 data=$state/incoming/$1/data hook=$state/incoming/$1/hook
other=$incoming/prefix
[ "$2" != http ] || data=$incoming/prefix other=$incoming/data
mkdir -p "$data"
case $2 in agent|helper) [ -e "$data/$1" ] || [ ! -f "$other/$1" ] || mv "$other/$1" "$data/$1" ;; esac
rm -rf "$other"
# What aria2 recorded while the disk was full is torn, and it would refuse it. Without a record it looks at the pieces themselves.
[ ! -e "$data/full" ] || rm -f "$data/$1.aria2" "$data/full"
if [ -f "$data/$1" ]; then
	: > "$incoming/checking"
	sum=$(sha256sum < "$data/$1")
	rm -f "$incoming/checking"
	[ "\${sum%% *}" != "$1" ] || "$hook" - 1 "$data/$1"
fi
fetch() { "$@" fetch --torrent "$incoming/torrent" --folder "$data" --seed-seconds "$seed" --on-complete "$hook"; }
${HTTP}
seed=$3
case $2 in
agent) fetch fleetseed-agent ;;
# The lock keeps the helper from being removed while it runs.
helper)
	use_helper "$5"
	fetch flock -s "$state/helper/$5/lock" "$state/helper/$5/fleetseed-agent" ;;
http) [ -e "$incoming/outcome" ] || get "$1" "$4" ;;
aria2c)
	aria2c --no-conf --enable-dht=false --enable-dht6=false --enable-peer-exchange=false --bt-enable-lpd=false \\
		--seed-time="$(printf %d.%02d $(( $3 / 60 )) $(( $3 % 60 * 10 / 6 )))" --seed-ratio=0.0 \\
		--dir="$data" --on-bt-download-complete="$hook" --file-allocation=none --check-integrity=true \\
		--max-overall-upload-limit="$6" --max-overall-download-limit="$7" \\
		--bt-tracker-interval=10 --bt-tracker-connect-timeout=5 --bt-tracker-timeout=10 \\
		--summary-interval=0 --console-log-level=warn --bt-max-peers=30 --follow-torrent=false "$incoming/torrent.torrent" ;;
esac
code=$?
[ $code -eq 0 ] || [ -e "$incoming/outcome" ] || note_room "$data"
# One that is no longer what was pushed, as by a bad disk, is pushed anew the next time.
if [ "$2" = helper ] && [ $code -ne 0 ]; then
	sum=$(sha256sum < "$state/helper/$5/fleetseed-agent")
	[ "\${sum%% *}" = "$5" ] || rm -f "$state/helper/$5/fleetseed-agent"
fi
[ $code -ne 0 ] || [ ! -f "$data/$1" ] || "$hook" - 1 "$data/$1"
rm -f "$incoming/torrent" "$incoming/torrent.torrent" "$incoming/source"
[ ! -e "$state/packages/$1" ] || rm -rf "$data"
exit $code
`;
