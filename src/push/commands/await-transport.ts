import { INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

const AWAIT = `${INCOMING}
incoming_of "$1"
left=$(( $3 * 10 )) checking=
job_state "$state/jobs/$2"
while [ ! -e "$incoming/outcome" ] && [ $job_state = running ] && [ $left -gt 0 ]; do
	sleep 0.1
	left=$(( left - 1 ))
	# A process each time.
	[ $(( left % 10 )) -ne 0 ] || job_state "$state/jobs/$2"
done
job_state "$state/jobs/$2"
if [ -e "$incoming/outcome" ]; then cat "$incoming/outcome"
elif [ -e "$incoming/data/full" ] || [ -e "$incoming/prefix/full" ]; then echo full
# A transport may not notice that its disk can no longer be written, and none could leave a mark of it there.
elif ! LC_ALL=C touch -c "$incoming/method"; then exit 1
elif [ $job_state = running ]; then
	[ ! -e "$incoming/checking" ] || checking=" checking"
	echo "running $(du -sk "$incoming" | awk '{ print $1 }')$checking"
else
	echo ended
	report "$state/jobs/$2"
fi
`;

/** Waits for a transport at most some seconds. Prints `staged`, `refused`, `full` (the disk is, also at the end of the wait: there may be room soon), `running KIB [checking]` (on the disk so far, of which the digest is being made), or `ended` and a job report; on stderr why nothing can be written there. */
export function awaitTransport(sha256: string, key: string, seconds: number): readonly string[] {
	return script(AWAIT, sha256, key, String(seconds));
}
