import type { DeliveryMethod } from "../../model/policy.ts";
import type { Rates } from "../../model/traffic.ts";
import { type Job, jobJson, startWords } from "../job.ts";
import { START_JOB, STOP_JOB } from "../scripts/job.ts";
import { HOOK, INCOMING, TRANSPORT } from "../scripts/transport.ts";
import { script } from "./script.ts";

/** Seconds after which a transport ends even where no controller comes back to look at it. */
const LONGEST_SECONDS = 24 * 3600;

const START = `${INCOMING}${START_JOB}${STOP_JOB}
incoming_of "$1"
LC_ALL=C mkdir -p "$incoming/data" || exit 1
latest_transport "$1"
[ -z "$key" ] || job_state "$state/jobs/$key"
if [ -n "$key" ] && [ $job_state = running ]; then
	# It goes another way; or it came to an end of its own and the staged file is not there: it only seeds, or was refused, and brings no file.
	if [ "$(cat "$incoming/method")" != "$2" ] || { [ -e "$incoming/outcome" ] && [ ! -e "$state/packages/$1" ]; }
	then stop_job "$state/jobs/$key"
	else echo "$key"; exit 0
	fi
fi
rm -f "$incoming/outcome" "$incoming/checking"
write_file "$incoming/method" "$2$newline" &&
write_file "$incoming/hook.new" "$3" && chmod 700 "$incoming/hook.new" && mv "$incoming/hook.new" "$incoming/hook" &&
if [ "$2" = http ]; then LC_ALL=C cat > "$incoming/source.new" && mv "$incoming/source.new" "$incoming/source"
else
	LC_ALL=C cat > "$incoming/torrent.new" && ln -f "$incoming/torrent.new" "$incoming/torrent.torrent" &&
	mv "$incoming/torrent.new" "$incoming/torrent"
fi || exit 1
start_job "$next" "$5" "$6" "$7" "$8" "$4$(cat /proc/sys/kernel/random/boot_id)" && echo "$next"
`;

export interface StartTransport {
	readonly sha256: string;
	readonly sizeBytes: number;
	readonly method: Exclude<DeliveryMethod, "sftp">;
	/** Digest of the helper to run. */
	readonly helper?: string;
	readonly seedSeconds: number;
	/** For a transport that does not hear of them from our tracker. */
	readonly rates: Rates;
}

/** Starts the digest's transport, or joins the one that brings the file this way; its key is printed. The torrent, or the URL, comes on stdin. */
export function startTransport({
	sha256,
	sizeBytes,
	method,
	helper = "",
	seedSeconds,
	rates,
}: StartTransport): readonly string[] {
	const seed = Math.ceil(seedSeconds);
	const limits = [rates.up, rates.down].map((rate) => String(Math.ceil(rate ?? 0)));
	const words = [sha256, method, String(seed), String(sizeBytes), helper, ...limits];
	const job: Job = { act: { program: TRANSPORT, words }, timeoutMs: (LONGEST_SECONDS + seed) * 1000 };
	return script(START, sha256, method, HOOK, jobJson(job), ...startWords(job));
}
