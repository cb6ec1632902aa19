import { INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

/**
 * A connection that is gone may have left a cat behind that waits for bytes for hours: whoever comes with new ones ends it. What a swarm brought in
 * pieces gives way.
 */
const APPEND = `${INCOMING}
incoming_of "$1"
file=$incoming/prefix/$1
[ -d "$incoming/prefix" ] || LC_ALL=C mkdir -p "$incoming/prefix" || exit 1
exec 3<&0 9>"$incoming/append.lock" || exit 1
if ! flock -n 9; then
	! read -r pid 2>/dev/null < "$incoming/append.pid" || kill "$pid"
	flock -w 10 9 || { echo busy; exit 0; }
fi
[ ! -e "$incoming/data" ] || rm -rf "$incoming/data"
size() { size=$(stat -c %s "$file" 2>/dev/null) || size=0; }
at=0
if [ -s "$file" ]; then
	size
	at=$size
	# Whole, and not the package, or it would be staged.
	[ "$at" -lt "$3" ] || { rm -f "$file" && at=0; }
fi
[ "$at" = "$2" ] || { echo "moved $at"; exit 0; }
LC_ALL=C cat <&3 3<&- 9>&- >>"$file" &
echo $! > "$incoming/append.pid"
wait $!
# Above that it was ended, by whoever came with new bytes.
failed=$(( $? > 0 && $? < 128 ))
: > "$incoming/append.pid"
size
[ "$failed" = 0 ] || exit 1
[ "$size" = "$3" ] || { echo "short $size"; exit 0; }
sum=$(sha256sum < "$file") || exit 1
if [ "\${sum%% *}" = "$1" ]; then sync "$file" && mv "$file" "$state/packages/$1" && echo staged
else rm -f "$file" && echo refused
fi
`;

export interface Append {
	readonly sha256: string;
	readonly offsetBytes: number;
	readonly sizeBytes: number;
}

/** Appends the package's rest, which comes on stdin. Prints `staged`, `refused`, `short BYTES`, `moved BYTES` (that much is there, which is not the offset) or `busy`. */
export function appendPackage({ sha256, offsetBytes, sizeBytes }: Append): readonly string[] {
	return script(APPEND, sha256, String(offsetBytes), String(sizeBytes));
}
