import { HOOK, INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

const PREPARE = `${INCOMING}
incoming_of "$1"
file=$incoming/prefix/$1
mkdir -p "$incoming/prefix" && rm -rf "$incoming/data" || exit 1
# Whole, and not the package, or it would be staged.
[ ! -f "$file" ] || [ "$(stat -c %s "$file")" -lt "$2" ] || rm -f "$file"
echo "at $(stat -c %s "$file" 2>/dev/null || echo 0)"
`;

/** Prints `at BYTES`: how much of the package's beginning is there. What a swarm brought in pieces gives way. */
export function prepareAppend(sha256: string, sizeBytes: number): readonly string[] {
	return script(PREPARE, sha256, String(sizeBytes));
}

/** A connection that is gone may have left a cat behind that waits for bytes for hours: whoever comes with new ones ends it. */
const APPEND = `${INCOMING}
incoming_of "$1"
file=$incoming/prefix/$1
exec 3<&0 9>"$incoming/append.lock"
if ! flock -n 9; then
	[ ! -s "$incoming/append.pid" ] || kill "$(cat "$incoming/append.pid")"
	flock -w 10 9 || { echo busy; exit 0; }
fi
size() { stat -c %s "$file" 2>/dev/null || echo 0; }
[ "$(size)" = "$2" ] || { echo "moved $(size)"; exit 0; }
cat <&3 3<&- 9>&- >>"$file" &
echo $! > "$incoming/append.pid"
wait $!
rm -f "$incoming/append.pid"
[ "$(size)" = "$3" ] || { echo "short $(size)"; exit 0; }
rm -f "$incoming/outcome"
/bin/sh -c "$4" hook - 1 "$file"
cat "$incoming/outcome"
[ ! -e "$state/packages/$1" ] || rm -rf "$incoming/prefix"
`;

export interface Append {
	readonly sha256: string;
	readonly offsetBytes: number;
	readonly sizeBytes: number;
}

/** Appends the package's rest, which comes on stdin. Prints `staged`, `refused`, `short BYTES`, `moved BYTES` (it is not at the offset) or `busy`. */
export function appendPackage({ sha256, offsetBytes, sizeBytes }: Append): readonly string[] {
	return script(APPEND, sha256, String(offsetBytes), String(sizeBytes), HOOK);
}
