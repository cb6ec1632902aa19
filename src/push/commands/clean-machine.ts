import { INCOMING } from "../scripts/transport.ts";
import { script } from "./script.ts";

/** Of the jobs of one digest's transports either all go or none: which is the latest is told by counting them. */
const CLEAN = `${INCOMING}
helpers=0 packages=0 jobs=0 busy=0
used() { du -sk "$state" 2>/dev/null | awk '{ print $1 }'; }
before=$(used)
for each in "$state"/helper/*; do
	[ -d "$each" ] || continue
	if flock -xn "$each/lock" rm -rf "$each"; then helpers=$(( helpers + 1 )); else busy=$(( busy + 1 )); fi
done
runs() {
	for transport in "$state/jobs/deliver-$1"-*; do
		job_state "$transport"
		[ $job_state != running ] || return 0
	done
	return 1
}
for each in "$state"/incoming/*; do
	digest=\${each##*/}
	case " $1 " in *" $digest "*) continue ;; esac
	[ -d "$each" ] || continue
	if runs "$(printf %.16s "$digest")"; then busy=$(( busy + 1 )); else rm -rf "$each"; fi
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
	case $key in deliver-*) short=\${key#deliver-}; ! runs "\${short%-*}" || continue ;; esac
	job_state "$each"
	case $job_state in exited|lost) rm -rf "$each" && jobs=$(( jobs + 1 )) ;; esac
done
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
