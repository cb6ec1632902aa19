import { DIGEST_EXIT } from "../model/job-contract.ts";
import type { PackageSpec } from "../model/policy.ts";
import type { Act } from "./installer.ts";

/**
 * Begins every program that opens the package: \`prepare SHA256 SUFFIX\` sets $file to the path that the installer opens, and checks the digest
 * of exactly that path. Another digest: the file is removed, the job is marked, and nothing is run. $state and $FLEETSEED_JOB are the shim's.
 */
export const PREPARE = `
set -u
umask 077
prepare() {
	staged=$state/packages/$1
	file=$staged$2
	case $2 in
	"") ;;
	# A file that the transport still has open for writing cannot be executed (ETXTBSY), a copy can.
	.run) install -m 700 "$staged" "$file" || exit 1 ;;
	*) ln -f "$staged" "$file" || exit 1 ;;
	esac
	sum=$(sha256sum < "$file")
	if [ "\${sum%% *}" != "$1" ]; then
		echo digest > "$FLEETSEED_JOB/marker"
		rm -f "$staged" "$file"
		echo "the staged file is not the package: its SHA-256 is \${sum%% *}"
		exit ${DIGEST_EXIT}
	fi
}
# Sets $word to $1 with $file wherever it says {file}.
fill() {
	rest=$1 word=
	while case $rest in *"{file}"*) ;; *) false ;; esac; do
		word=$word\${rest%%"{file}"*}$file
		rest=\${rest#*"{file}"}
	done
	word=$word$rest
}
`;

/**
 * The words that run an installer: first how many of them are taken as they are, then \`NAME=value\` words, the program, and its
 * arguments, in which \`{file}\` is the staged package.
 */
export function programWords(
	env: Readonly<Record<string, string>>,
	program: readonly string[],
	args: readonly string[],
): readonly string[] {
	const fixed = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...program];
	return [String(fixed.length), ...fixed, ...args];
}

/** Runs those words, given as \`$@\`. */
export const RUN_PROGRAM = `
fixed=$1
shift
count=$#
index=0
while [ $index -lt $count ]; do
	word=$1
	[ $index -lt "$fixed" ] || fill "$1"
	shift
	set -- "$@" "$word"
	index=$(( index + 1 ))
done
umask 022
case \${1-} in
*=*) exec env "$@" ;;
*) exec "$@" ;;
esac
`;

/** Puts words, as a shell reads them, between the first $fixed of \`$@\` and the rest. */
export function insertAfterFixed(words: string): string {
	return `
count=$# index=0
while [ $index -lt $count ]; do
	[ $index -ne "$fixed" ] || set -- "$@" ${words}
	set -- "$@" "$1"
	shift
	index=$(( index + 1 ))
done
[ $count -gt "$fixed" ] || set -- "$@" ${words}
`;
}

const COMMAND = `${PREPARE}
prepare "$1" "$2"
shift 2
${RUN_PROGRAM}`;

/** The policy's own \`install.command\` in the place of the type's installer. */
export function commandAct({ sha256, install }: PackageSpec, command: string, suffix: string): Act {
	return { program: COMMAND, words: [sha256, suffix, ...programWords(install.env, [command], install.arguments)] };
}

const UNINSTALL = `umask 022
exec env "$@"
`;

/** The policy's own \`uninstall.command\`. */
export function uninstallAct({ install, uninstall }: PackageSpec, command: string): Act {
	const words = programWords(install.env, [command], uninstall?.arguments ?? []);
	return { program: UNINSTALL, words: words.slice(1) };
}
