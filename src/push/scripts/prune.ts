import { KEPT_DAYS, KEPT_JOBS, KEPT_PACKAGES_KIB } from "../../model/job-contract.ts";

const DAY_SECONDS = 86_400;

/**
 * \`prune\` removes what nobody comes back to: ended jobs of installs by age and beyond a count (the fence goes on refusing what they did), those of
 * transports a whole digest at a time (which is the latest is told by counting them), programs that no job has named for long, what deliveries left
 * that were given up, and staged packages by age, the oldest sooner where they are many. Names in these folders have no blanks: they are ours.
 */
export const PRUNE = `
# One look first, once a day of a boot, and none where this job and its package are all there is: nearly always nothing is due. Of packages that are too many together, one at least is larger than its share.
is_due() {
	set -- "$state"/jobs/install-*
	[ $# -le ${KEPT_JOBS} ] || return 0
	set -- "$state"/incoming/*
	[ -e "$1" ] || shift
	set -- "$@" "$state"/jobs/* "$state"/packages/*
	[ $# -gt 2 ] || return 1
	looked_boot= looked_up=0
	[ ! -s "$state/pruned" ] || read -r looked_boot looked_up < "$state/pruned"
	[ "$looked_boot" != "$boot" ] || [ $(( up - looked_up )) -ge ${DAY_SECONDS} ] || return 1
	echo "$boot $up" > "$state/pruned"
	set -- "$state"/packages/*
	[ -n "$(find "$state/jobs" "$state/packages" "$state/incoming" "$state/shim" -mindepth 1 -maxdepth 1 \\( -mtime +${KEPT_DAYS} -o -name '.new.*' -mtime +1 -o \\
		-type f -size +$(( ${KEPT_PACKAGES_KIB} / $# ))k \\) 2>/dev/null)" ]
}
is_old() { [ -n "$(find "$1" -maxdepth 0 -mtime +"$2")" ]; }
has_ended() { job_state "$1"; case $job_state in exited|lost) ;; *) return 1 ;; esac; }
prune_installs() {
	count=0
	for key in $(ls -1t "$state/jobs"); do
		case $key in install-*) ;; *) continue ;; esac
		count=$(( count + 1 ))
		[ $count -gt ${KEPT_JOBS} ] || is_old "$state/jobs/$key" ${KEPT_DAYS} || continue
		! has_ended "$state/jobs/$key" || rm -rf "$state/jobs/$key"
	done
}
prune_transports() {
	for first in "$state"/jobs/deliver-*-1; do
		[ -d "$first" ] || continue
		for each in "\${first%1}"*; do
			is_old "$each" ${KEPT_DAYS} && has_ended "$each" || continue 2
		done
		rm -rf "\${first%1}"*
	done
}
prune_packages() {
	kib=0
	for name in $(ls -1t "$state/packages"); do
		size=$(du -k "$state/packages/$name") || continue
		kib=$(( kib + \${size%%[!0-9]*} )) days=${KEPT_DAYS}
		[ $kib -le ${KEPT_PACKAGES_KIB} ] || days=1
		! is_old "$state/packages/$name" $days || rm -f "$state/packages/$name"
	done
}
prune_incoming() {
	for each in "$state"/incoming/*; do
		[ -n "$(find "$each" -mtime -${KEPT_DAYS} 2>/dev/null)" ] || rm -rf "$each"
	done
}
prune() {
	is_due || return 0
	prune_installs
	prune_transports
	prune_packages
	prune_incoming
	find "$state/shim" -type f -mtime +${KEPT_DAYS} -exec rm -f {} +
	find "$state/jobs" -maxdepth 1 -name '.new.*' -mtime +1 -exec rm -f {} +
}
`;
