import { STOP_JOB } from "../scripts/job.ts";
import { INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

/**
 * Who has us clean a machine wants it to seed no more: a transport whose package is staged is ended, one that still brings it is left alone.
 * Of the jobs of one digest's transports either all go or none: which is the latest is told by counting them.
 */
const CLEAN = `${INCOMING}${STOP_JOB}
helpers=0 packages=0 jobs=0 busy=0
used() { du -sk "$state" 2>/dev/null | awk '{ print $1 }'; }
before=$(used)
# Sets $running to the transport of the digest's first 16 digits that runs, or to nothing.
find_running() {
	running=
	for transport in "$state/jobs/deliver-$1"-*; do
		job_state "$transport"
		[ $job_state != running ] || running=$transport
	done
}
for each in "$state"/incoming/*; do
	[ -d "$each" ] || continue
	digest=\${each##*/}
	find_running "$(printf %.16s "$digest")"
	if [ -n "$running" ] && [ -e "$each/outcome" ]; then stop_job "$running"; running=; fi
	case " $1 " in *" $digest "*) continue ;; esac
	if [ -n "$running" ]; then busy=$(( busy + 1 )); else rm -rf "$each"; fi
done
for each in "$state"/helper/*; do
	[ -d "$each" ] || continue
	if flock -xn "$each/lock" rm -rf "$each"; then helpers=$(( helpers + 1 )); else busy=$(( busy + 1 )); fi
done
installs=0
for each in "$state"/jobs/install-*; do
	job_state "$each"
	[ $job_state != running ] || installs=$(( installs + 1 ))
done
busy=$(( busy + installs ))
# An installer opens its package by the digest and a suffix.
for each in "$state"/packages/*; do
	name=\${each##*/}
	case " $1 " in *" \${name%%.*} "*) continue ;; esac
	[ -f "$each" ] && [ $installs -eq 0 ] && rm -f "$each" || continue
	[ "$name" != "\${name%%.*}" ] || packages=$(( packages + 1 ))
done
for each in "$state"/jobs/*; do
	key=\${each##*/}
	case " $2 " in *" $key "*) continue ;; esac
	case $key in
	deliver-*)
		short=\${key#deliver-}
		find_running "\${short%-*}"
		[ -z "$running" ] || continue
	esac
	job_state "$each"
	case $job_state in exited|lost) rm -rf "$each" && jobs=$(( jobs + 1 )) ;; esac
done
# Who has a machine cleaned lets an older run start on it again.
[ $installs -ne 0 ] || rm -f "$state/fences"/*
after=$(used)
echo "cleaned $helpers $packages $jobs $busy $(( \${before:-0} - \${after:-0} ))"
`;

export interface Keeping {
	/** Digests of packages that stay. */
	readonly packages: readonly string[];
	/** Keys of jobs that stay, though they have ended. */
	readonly jobs: readonly string[];
}

/** Removes what we left on the machine and nothing needs. Prints `cleaned HELPERS PACKAGES JOBS BUSY KIB`, all counts. */
export function cleanMachine({ packages, jobs }: Keeping): readonly string[] {
	return script(CLEAN, packages.join(" "), jobs.join(" "));
}
