import type { PackageSpec } from "../../model/policy.ts";
import { type Installer, PREPARE, programWords, RUN_PROGRAM } from "./installer.ts";

const SCRIPT = `${PREPARE}
prepare "$1" .run
shift
${RUN_PROGRAM}`;

/** Runs the package itself, or `install.command`, with the policy's arguments. */
export function scriptInstaller({ sha256, install }: PackageSpec): Installer {
	const words =
		install.command === undefined
			? programWords(install.env, [], ["{file}", ...install.arguments])
			: programWords(install.env, [install.command], install.arguments);
	return { script: SCRIPT, arguments: [sha256, ...words] };
}
