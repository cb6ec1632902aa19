import { STATE } from "./state.ts";

/** Bytes kept of the begin and of the end of a job's output. */
const KEPT = 262144;

/** Seconds that a job may take from its folder to its runner's first act. */
const GRACE = 10;

/**
 * `job_state FOLDER` sets $job_state to none, running, exited or lost. The runner holds a lock that the kernel drops with
 * its last process, whatever ends it: no process id that may be another's by now. Readers share it, so that none takes another
 * for the runner; the mark is read before the lock, so that a runner that begins between the two is not taken for one that
 * ended. A runner that never came is shut out by taking the mark it would have to take, so that \`lost\` is final.
 */
const JOB_STATE = `
job_state() {
	job_state=none
	[ -d "$1" ] || return 0
	job_state=exited
	[ -e "$1/result" ] && return 0
	job_state=running begun=no
	[ -d "$1/started" ] && begun=yes
	flock -sn "$1/lock" true || return 0
	if [ $begun = no ]; then
		age=$(( $(date +%s) - $(stat -c %Y "$1") ))
		[ "$age" -lt ${GRACE} ] && [ "$age" -gt -${GRACE} ] && return 0
		mkdir "$1/started" 2>/dev/null || return 0
	fi
	job_state=exited
	[ -e "$1/result" ] && return 0
	job_state=lost
}
`;

/**
 * Prints a job's state on one line, \`STATE CODE MARKER TOTAL HEAD TAIL\` (the last three in bytes), then the kept output.
 * Chunk 0 is the head; of the others the last two are there.
 */
const REPORT = `
size() { stat -c %s "$1" 2>/dev/null || echo 0; }
report() {
	job_state "$1"
	code=- marker=- last=0
	[ $job_state = exited ] && read -r code marker < "$1/result"
	for chunk in "$1"/output.*; do
		n=\${chunk##*.}
		[ "$n" -gt "$last" ] 2>/dev/null && last=$n
	done
	head=$(size "$1/output.0") tail=0 total=$(size "$1/output.0") before=0
	if [ "$last" -gt 0 ]; then
		end=$(size "$1/output.$last")
		total=$(( last * ${KEPT} + end ))
		[ "$last" -gt 1 ] && before=$(( ${KEPT} - end ))
		tail=$(( before + end ))
	fi
	echo "$job_state $code $marker $total $head $tail"
	[ "$head" -gt 0 ] && head -c "$head" "$1/output.0"
	[ "$before" -gt 0 ] && tail -c "$before" "$1/output.$(( last - 1 ))"
	[ "$tail" -gt "$before" ] && head -c "$end" "$1/output.$last"
	return 0
}
`;

export const JOB = STATE + JOB_STATE + REPORT;

/** \`stop_job FOLDER\` ends a job's command and its children and waits for the end; only one that holds its lock is signalled. */
export const STOP_JOB = `
stop_job() {
	job_state "$1"
	[ $job_state != running ] || [ ! -s "$1/pid" ] || kill -TERM "$(cat "$1/pid")"
	left=100
	while job_state "$1"; [ $job_state = running ] && [ $left -gt 0 ]; do
		sleep 0.2
		left=$(( left - 1 ))
	done
}
`;

/**
 * What runs a job, detached: FOLDER SECONDS. Takes the lock, then the mark that permits one run only; the command's output
 * goes through a pipe into chunks, so that a flood never fills the disk; \`result\` appears whole or not at all.
 */
export const RUNNER = `
job=$1 seconds=$2
umask 077
export HOME="\${HOME:-/root}" FLEETSEED_JOB="$job"
exec 9>"$job/lock"
flock -w 60 9 || exit 1
mkdir "$job/started" 2>/dev/null || exit 0
uptime() { read -r up rest < /proc/uptime; echo "\${up%%.*}"; }
capture() {
	n=0
	while :; do
		head -c ${KEPT} > "$job/output.$n"
		[ "$(stat -c %s "$job/output.$n")" -eq ${KEPT} ] || break
		n=$(( n + 1 ))
		[ "$n" -gt 2 ] && rm -f "$job/output.$(( n - 2 ))"
	done
	: > "$job/captured"
}
mkfifo "$job/pipe"
capture < "$job/pipe" &
begun=$(uptime)
( umask 022; cd /; exec timeout -k 10 "$seconds" /bin/sh "$job/command" ) </dev/null > "$job/pipe" 2>&1 &
echo $! > "$job/pid"
wait $!
code=$?
marker=-
[ -e "$job/marker" ] && read -r marker < "$job/marker"
case $code in 124|137) [ $(( $(uptime) - begun )) -ge "$seconds" ] && marker=timeout ;; esac
# A service that the installer left behind may hold the pipe for ever.
n=0
while [ ! -e "$job/captured" ] && [ $n -lt 50 ]; do sleep 0.1; n=$(( n + 1 )); done
rm -f "$job/pipe"
echo "$code $marker" > "$job/result.new"
sync "$job/result.new" "$job"
mv "$job/result.new" "$job/result"
sync "$job"
`;

/**
 * \`start_job KEY SECONDS COMMAND_LINE RUNNER\`: sets $started to yes, or to no when the key was used before. The folder is the guard: mkdir
 * is atomic. A systemd unit outlives the session and its limits; what systemd gets are paths, for it expands \`$\` in words.
 */
export const START_JOB = `
start_job() {
	job=$state/jobs/$1
	started=no
	mkdir -p "$state/jobs" || return 1
	if ! mkdir "$job" 2>/dev/null; then
		[ -d "$job" ] && return 0
		echo "cannot make $job" >&2
		return 1
	fi
	cat /proc/sys/kernel/random/boot_id > "$job/boot" &&
	printf '%s\\n' "$3" > "$job/command" &&
	printf '%s' "$4" > "$job/run" || return 1
	if [ -z "\${FLEETSEED_STATE:-}" ] && [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] &&
		systemd-run --unit="fleetseed-job-$1" --collect --quiet /bin/sh "$job/run" "$job" "$2" </dev/null >/dev/null 2>&1
	then :
	else setsid /bin/sh "$job/run" "$job" "$2" </dev/null >/dev/null 2>&1 &
	fi
	started=yes
}
`;
