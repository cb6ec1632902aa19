import { type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { PREPARE, programWords, RUN_PROGRAM } from "./program.ts";

const SCRIPT = `${PREPARE}
prepare "$1" .run
shift
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
