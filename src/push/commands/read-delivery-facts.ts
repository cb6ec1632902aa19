import { INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

/** BusyBox's wget takes other words than GNU's. */
const FACTS = `${INCOMING}
staged=$state/packages/$1
if [ -f "$staged" ]; then
	sum=$(sha256sum < "$staged")
	if [ "\${sum%% *}" = "$1" ]; then echo "staged yes"; exit 0; else rm -f "$staged"; fi
fi
incoming_of "$1"
if [ -d "$incoming" ] && [ -d "$state/packages" ]; then
	got=$(du -sk "$incoming" 2>/dev/null)
	echo "got \${got%%[!0-9]*}"
else LC_ALL=C mkdir -p "$incoming/prefix" "$state/packages" || exit 1
fi
echo "platform $(uname -sm)"
for tool in fleetseed-agent aria2c curl gzip; do
	command -v $tool >/dev/null && echo "tool $tool"
done
command -v curl >/dev/null || { wget --version 2>/dev/null | grep -q '^GNU Wget' && echo "tool wget"; }
for kept in "$state"/helper/*; do
	if [ -x "$kept/fleetseed-agent" ]; then echo "helper \${kept##*/}"
	elif [ -e "$kept/unusable" ]; then echo "helper \${kept##*/} unusable"
	fi
done
free=$(df -Pk "$state")
free=\${free##*"$newline"}
read -r system size used free rest <<END
$free
END
echo "free $free"
[ ! -s "$incoming/data/$1" ] || echo "pieces $(stat -c %b "$incoming/data/$1")"
[ ! -s "$incoming/prefix/$1" ] || echo "prefix $(stat -c %s "$incoming/prefix/$1")"
latest_transport "$1"
[ -z "$key" ] || job_state "$state/jobs/$key"
[ -z "$key" ] || [ $job_state != running ] || [ -e "$incoming/outcome" ] || echo "running $key $(cat "$incoming/method")"
`;

/**
 * What decides how a package comes to a machine: a line each, those that do not hold left out: `staged yes`, after which nothing counts, `platform SYSTEM ARCH`,
 * `tool NAME`, `helper DIGEST [unusable]`, `free KIB`, `got KIB`, `pieces BLOCKS`, `prefix BYTES`, `running KEY METHOD`. A staged file with another digest is removed.
 */
export function readDeliveryFacts(sha256: string): readonly string[] {
	return script(FACTS, sha256);
}
