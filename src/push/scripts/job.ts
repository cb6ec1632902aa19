import { KEPT_BYTES, LATER_EXIT, START_GRACE_SECONDS } from "../../model/job-contract.ts";
import { JSON_READER } from "./json.ts";
import { PRUNE } from "./prune.ts";
import { STATE } from "./state.ts";

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
	[ -e "$1/started" ] && begun=yes
	flock -sn "$1/lock" true || return 0
	if [ $begun = no ]; then
		age=$(( $(date +%s) - $(stat -c %Y "$1") ))
		[ "$age" -lt ${START_GRACE_SECONDS} ] && [ "$age" -gt -${START_GRACE_SECONDS} ] && return 0
		mkdir "$1/started" 2>/dev/null || return 0
	fi
	job_state=exited
	[ -e "$1/result" ] && return 0
	job_state=lost
}
`;

/**
 * Prints a job's state on one line, \`STATE CODE MARKER BOOT_ID TOTAL HEAD TAIL\` (the last three in bytes), then the kept output.
 * Chunk 0 is the head; of the others the last two are there.
 */
const REPORT = `
report() {
	job_state "$1"
	code=- marker=- boot=- last=0 end=0 before=0 tail=0
	[ $job_state = exited ] && read -r code marker boot rest < "$1/result"
	for chunk in "$1"/output.*; do
		n=\${chunk##*.}
		[ "$n" -gt "$last" ] 2>/dev/null && last=$n
	done
	[ ! -s "$1/output.$last" ] || end=$(stat -c %s "$1/output.$last" 2>/dev/null || echo 0)
	head=$end total=$end
	# All chunks but the last one are full.
	if [ "$last" -gt 0 ]; then
		head=${KEPT_BYTES} total=$(( last * ${KEPT_BYTES} + end ))
		[ "$last" -gt 1 ] && before=$(( ${KEPT_BYTES} - end ))
		tail=$(( before + end ))
	fi
	echo "$job_state $code $marker $boot $total $head $tail"
	[ "$head" -gt 0 ] && head -c "$head" "$1/output.0"
	[ "$before" -gt 0 ] && tail -c "$before" "$1/output.$(( last - 1 ))"
	[ "$tail" -gt "$before" ] && head -c "$end" "$1/output.$last"
	return 0
}
`;

export const JOB = STATE + JOB_STATE + REPORT;

/**
 * \`await_job FOLDER SECONDS\` waits until the job has ended, or so long. It sleeps on the runner's lock, and looks again each second, for a service that the installer
 * left behind may have inherited it.
 */
export const AWAIT_JOB = `
await_job() {
	left=$(( $2 * 20 ))
	while [ -d "$1" ] && [ ! -e "$1/result" ] && [ $left -gt 0 ]; do
		if [ -e "$1/started" ]; then
			[ -e "$1/lock" ] && ! flock -s -w 1 7 7< "$1/lock" || break
			left=$(( left - 20 ))
		else
			sleep 0.05
			left=$(( left - 1 ))
			# One that never comes is shut out.
			[ $(( left % 20 )) -ne 0 ] || job_state "$1"
		fi
	done
}
`;

/** \`stop_job FOLDER\` ends a job's command and its children and waits for the end; only one that holds its lock is signalled. */
export const STOP_JOB = `
stop_job() {
	job_state "$1"
	[ $job_state != running ] || ! read -r pid 2>/dev/null < "$1/pid" || kill -TERM "$pid"
	left=100
	while job_state "$1"; [ $job_state = running ] && [ $left -gt 0 ]; do
		sleep 0.2
		left=$(( left - 1 ))
	done
}
`;

/** As the job's own program and its hooks see the world. */
const AS_INSTALLER = "umask 022; cd /";

/**
 * What stays on the machine, by its digest, and runs each job, detached: `run FOLDER`, or `go FOLDER` with the lock and the mark of who starts it; and within it, where
 * there are hooks, `act FOLDER`. A job is data, in `job.json`; its program is one of ours, kept by its digest, too.
 *
 * `run` takes the lock, then the mark that permits one run only; the output goes through a pipe into chunks, so that a flood never fills the disk, and
 * one without an end is stopped; `result`, which is `CODE MARKER BOOT_ID`, appears whole or not at all.
 */
export const SHIM = `${STATE}${JSON_READER}${JOB_STATE}${PRUNE}
job=$2
export HOME="\${HOME:-/root}" FLEETSEED_JOB="$job" state
about_name= about_version= seconds=0 output_chunks=0 program= pre_install= post_install= on_failure= success= staged= fence=
member() {
	case $1 in
	package) about_name=$2 ;;
	package_version) about_version=$2 ;;
	seconds) seconds=$2 ;;
	output_chunks) output_chunks=$2 ;;
	program) program=$2 ;;
	pre_install) pre_install=$2 ;;
	post_install) post_install=$2 ;;
	on_failure) on_failure=$2 ;;
	success) success=$2 ;;
	staged) staged=$2 ;;
	fence) fence=$2 ;;
	esac
}
uptime() { read -r up rest < /proc/uptime; up=\${up%%.*}; }
hook() { ( ${AS_INSTALLER}; export FLEETSEED_PACKAGE="$about_name" FLEETSEED_VERSION="$about_version" FLEETSEED_EXIT="$2"; exec /bin/sh -c "$1" ); }
give_up() {
	[ -z "$1" ] || echo "$1" > "$job/marker"
	[ "$2" -eq 0 ] || [ -z "$on_failure" ] || hook "$on_failure" "$2" || echo "on_failure exited $?"
	exit "$2"
}
act() {
	if [ -n "$pre_install" ]; then
		hook "$pre_install" ""
		code=$?
		[ $code -ne ${LATER_EXIT} ] || { echo later > "$job/marker"; exit $code; }
		[ $code -eq 0 ] || give_up pre_install $code
	fi
	( exec /bin/sh "$state/shim/$program" "$@" )
	code=$?
	case " $success " in
	*" $code "*) ;;
	*) give_up "" $code ;;
	esac
	[ -z "$post_install" ] || hook "$post_install" $code || give_up post_install $?
	exit $code
}
capture() {
	n=0
	while :; do
		head -c ${KEPT_BYTES} > "$job/output.$n"
		[ -s "$job/output.$n" ] && [ "$(stat -c %s "$job/output.$n")" -eq ${KEPT_BYTES} ] || break
		n=$(( n + 1 ))
		[ "$n" -gt 2 ] && rm -f "$job/output.$(( n - 2 ))"
		[ "$n" -ne "$output_chunks" ] || { echo output > "$job/marker"; read -r pid < "$job/pid"; kill -TERM "$pid"; }
	done
	: > "$job/captured"
}
# A job ends in the boot in which it was started.
finish() {
	boot=-
	read -r boot < "$job/boot"
	echo "$1 $2 $boot" > "$job/result.new"
	sync "$job/result.new"
	mv "$job/result.new" "$job/result"
	sync "$job"
}
execute() {
	mkfifo "$job/pipe"
	capture < "$job/pipe" &
	uptime
	begun=$up
	if [ -n "$pre_install$post_install$on_failure" ]; then set -- "$0" act "$job"; else set -- "$state/shim/$program" "$@"; fi
	{ cd / && exec timeout -k 10 "$seconds" /bin/sh "$@"; } </dev/null > "$job/pipe" 2>&1 &
	echo $! > "$job/pid"
	wait $!
	code=$?
	marker=-
	[ -e "$job/marker" ] && read -r marker < "$job/marker"
	uptime
	case $code in 124|137) [ $(( up - begun )) -ge "$seconds" ] && marker=timeout ;; esac
	# With the names by which installers open the package: a copy is as large as itself.
	set -- "$job/pipe"
	[ -z "$staged" ] || set -- "$@" "$state/packages/$staged".*
	rm -f "$@"
	# A service that the installer left behind may hold the pipe for ever.
	n=0
	while [ ! -e "$job/captured" ] && [ $n -lt 60 ]; do
		case $n in ?) sleep 0.01 ;; *) sleep 0.1 ;; esac
		n=$(( n + 1 ))
	done
	finish $code $marker
	# Whoever waits for the end waits no longer.
	exec 9>&-
	[ -z "$fence" ] || prune
	exit 0
}
go() {
	whole() { execute "$@"; }
	read_members < "$job/job.json" || { echo "the job cannot be read" > "$job/output.0"; finish 126 -; }
}
case $1 in
run)
	exec 9>"$job/lock"
	flock -w 60 9 || exit 1
	mkdir "$job/started" 2>/dev/null || exit 0
	go ;;
go) go ;;
act)
	whole() { act "$@"; }
	read_members < "$job/job.json" ;;
esac
`;

/**
 * \`start_job KEY SHIM_DIGEST SHIM PROGRAM_DIGEST PROGRAM JSON\`, where a last line after the JSON is the boot id, starts a job: sets $started to yes, to no when its key was used before, to unstaged, or to
 * fenced when a job of the same package that is newer by run and attempt was started before. The folder is the guard: mkdir is atomic. A
 * systemd unit outlives the session and its limits; what systemd gets are paths, for it expands \`$\` in words. Any other job gets the lock from us, so that it runs, or is lost, from the first moment on.
 * A connection that breaks meanwhile may hang up on us, or on the job until setsid(1) has parted it from us; what it installs hears of hangups again, by timeout(1).
 */
export const START_JOB = `${JSON_READER}
fence= run=0 attempt=0 staged=
member() {
	case $1 in
	fence) fence=$2 ;;
	run) run=$2 ;;
	attempt) attempt=$2 ;;
	staged) staged=$2 ;;
	esac
}
whole() { :; }
# dash's printf does not say why it cannot write, and others say it in the machine's own language.
write_file() { printf '%s' "$2" > "$1" || printf '%s' "$2" | LC_ALL=C cat > "$1"; }
# Under the lock of all fences. A job that has passed has a folder, or had one that was pruned: the same one again is late, too.
is_late() {
	last_run=0 last_attempt=0
	[ -z "$fence" ] || [ ! -s "$state/fences/$fence" ] || read -r last_run last_attempt < "$state/fences/$fence"
	[ "$run" -lt "$last_run" ] || { [ "$run" -eq "$last_run" ] && [ "$attempt" -le "$last_attempt" ] && [ -n "$fence" ]; }
}
# What is new is on the disk before it has its name; what is kept, and the package, is marked as used.
keep() {
	shim=$state/shim/$1 program=$state/shim/$3 passed=$state/fences/$fence is_new=no
	if [ ! -s "$shim" ] || [ ! -s "$program" ]; then
		is_new=yes
		write_file "$shim.$$" "$2" && write_file "$program.$$" "$4" || return 1
	fi
	set --
	[ -z "$fence" ] || { write_file "$passed.new" "$run $attempt$newline" && set -- "$passed.new"; } || return 1
	[ $is_new = no ] || set -- "$@" "$shim.$$" "$program.$$"
	[ $# -eq 0 ] || sync "$@" || return 1
	[ $is_new = no ] || { mv "$shim.$$" "$shim" && mv "$program.$$" "$program"; } || return 1
	touch -c "$shim" "$program" \${staged:+"$state/packages/$staged"}
	[ -z "$fence" ] || mv "$passed.new" "$passed"
}
make_folder() {
	job=$state/jobs/$1
	started=no
	[ ! -d "$job" ] || return 0
	[ -z "$staged" ] || [ -f "$state/packages/$staged" ] || { started=unstaged; return 0; }
	if is_late; then started=fenced; return 0; fi
	LC_ALL=C mkdir "$job" || return 1
	write_file "$job/boot" "$boot$newline" && write_file "$job/job.json" "$json$newline" && keep "$2" "$3" "$4" "$5" && started=yes && return 0
	rm -rf "$job"
	return 1
}
launch() {
	exec 8>"$state/fences/.lock"
	flock -w 30 8 && make_folder "$@" || return 1
	exec 8>&-
	[ $started = yes ] || return 0
	if [ -z "\${FLEETSEED_STATE:-}" ] && is_root && [ -d /run/systemd/system ] &&
		systemd-run --unit="fleetseed-job-$1" --collect --quiet /bin/sh "$state/shim/$2" run "$job" </dev/null >/dev/null 2>&1
	then return 0
	fi
	exec 9>"$job/lock"
	flock -w 60 9 && : > "$job/started" || return 1
	setsid /bin/sh "$state/shim/$2" go "$job" </dev/null >/dev/null 2>&1 &
	exec 9>&-
}
start_job() {
	boot=\${6##*"$newline"} json=\${6%"$newline"*}
	[ -d "$state/jobs" ] && [ -d "$state/shim" ] && [ -d "$state/fences" ] || LC_ALL=C mkdir -p "$state/jobs" "$state/shim" "$state/fences" || return 1
	case $1 in ""|.*|*[!A-Za-z0-9._-]*) echo "no key for a job: $1" >&2; return 1 ;; esac
	read_members <<END || return 1
$json
END
	case $fence in *[!0-9a-f]*) return 1 ;; esac
	trap '' HUP
	launch "$@" && trap - HUP
}
`;
