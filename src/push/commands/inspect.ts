import type { DetectionRule } from "../../model/policy.ts";
import { JOB } from "../scripts/job.ts";
import { MACHINE_FACTS } from "../scripts/machine.ts";
import { script } from "./script.ts";

/** Seconds that one detection script may take. */
export const SCRIPT_SECONDS = 60;

const INSPECT = `${JOB}${MACHINE_FACTS}
job=$state/jobs/$1 code=-
job_state "$job"
[ $job_state = exited ] && read -r code rest < "$job/result"
echo "job $job_state $code"
if [ -f "$state/packages/$2" ]; then echo staged yes; else echo staged no; fi
shift 2
package() {
	command -v dpkg-query >/dev/null || command -v rpm >/dev/null || { echo "unreadable the machine has neither dpkg-query nor rpm"; return; }
	found= version=
	if command -v dpkg-query >/dev/null; then
		found=$(dpkg-query -W -f '\${db:Status-Abbrev} \${Version}\\n' -- "$1" 2>/dev/null)
		case $? in 0|1) ;; *) echo "unreadable dpkg-query failed"; return ;; esac
		# The first letter is what is wanted of it, such as h where apt-mark(8) holds it: the second alone is what it is.
		while read -r status version; do case $status in ?i) break ;; esac; version=; done <<END
$found
END
	fi
	if [ -z "$version" ] && command -v rpm >/dev/null; then
		# It says on stdout, too, that a package is not installed.
		version=$(rpm -q --qf '%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n' -- "$1" 2>/dev/null) || version=
		version=\${version##*"$newline"}
	fi
	echo "package $version"
}
file() {
	path=$1
	case $path in "~/"*) path=$HOME/\${path#"~/"} ;; esac
	[ -e "$path" ] || { echo "file no"; return; }
	[ -n "$2" ] || { echo "file yes"; return; }
	[ "$2" != version ] || { echo "unreadable a file has a version on Windows alone"; return; }
	[ -f "$path" ] || { echo "file yes -"; return; }
	sum=$(sha256sum < "$path" 2>/dev/null) || { echo "unreadable the file may not be read"; return; }
	echo "file yes \${sum%% *}"
}
uptime() { read -r up rest < /proc/uptime; up=\${up%%.*}; }
script() {
	uptime
	begun=$up
	( umask 022; cd "$HOME" && exec timeout -k 5 ${SCRIPT_SECONDS} /bin/sh -c "$1" ) </dev/null >/dev/null 2>&1
	code=$?
	uptime
	if [ $(( up - begun )) -ge ${SCRIPT_SECONDS} ]; then echo "unreadable the script took longer than ${SCRIPT_SECONDS} s"
	else echo "script $code"
	fi
}
while [ $# -gt 0 ]; do
	case $1 in
	package) package "$2" ;;
	file) file "$2" "$3" ;;
	script) script "$2" ;;
	registry|msi) echo "unreadable the machine has no $1: it is not Windows" ;;
	esac
	shift 3
done
machine_facts
`;

/** Reads the attempt's job, the staging path and every rule, one line each, then what the machine is, in one round trip. */
export function inspect(key: string, sha256: string, rules: readonly DetectionRule[]): readonly string[] {
	return script(INSPECT, key, sha256, ...rules.flatMap(ruleWords));
}

function ruleWords(rule: DetectionRule): readonly string[] {
	switch (rule.type) {
		case "package":
			return ["package", rule.name, ""];
		case "file":
			if (rule.version !== undefined) return ["file", rule.path, "version"];
			return ["file", rule.path, rule.sha256 === undefined ? "" : "sha256"];
		case "script":
			return ["script", rule.script, ""];
		case "registry":
		case "msi":
			return [rule.type, "", ""];
	}
}
