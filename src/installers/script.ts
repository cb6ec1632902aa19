import { START_EXIT } from "../model/job-contract.ts";
import { type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { insertAfterFixed, PREPARE, programWords, RUN_PROGRAM } from "./program.ts";

/**
 * Its interpreter is started by name, as the kernel would (execve(2): what follows the first blank is one word), so that a file system which is
 * mounted noexec is no obstacle. Only a program without one has to be executed itself.
 */
const SCRIPT = `${PREPARE}
prepare "$1" .run
shift
interpreter= option=
if [ "$(head -c 2 "$file")" = "#!" ]; then
	IFS= read -r line < "$file"
	read -r interpreter option <<END
\${line#??}
END
fi
executes() { printf '#!/bin/sh\\n' > "$file.new" && chmod 700 "$file.new" && "$file.new" 2>/dev/null; }
if [ -z "$interpreter" ] && ! executes; then
	echo noexec > "$FLEETSEED_JOB/marker"
	echo "nothing runs from $state/packages, and the package names no interpreter"
	exit ${START_EXIT}
fi
fixed=$1
shift
${insertAfterFixed(`\${interpreter:+"$interpreter"} \${option:+"$option"}`)}
set -- "$fixed" "$@"
${RUN_PROGRAM}`;

/** The package is a program itself, and runs with the policy's arguments. */
export const script: Installer = {
	what: "a program that is run",
	os: ["linux"],
	suffix: ".run",
	detection: null,
	returnCodes: ZERO_IS_SUCCESS,
	install: ({ sha256, install }) => ({
		program: SCRIPT,
		words: [sha256, ...programWords(install.env, [], ["{file}", ...install.arguments])],
	}),
	uninstall: null,
	busy: () => null,
};
