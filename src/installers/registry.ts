import type { PackageSpec } from "../model/policy.ts";
import { archive } from "./archive.ts";
import { deb } from "./deb.ts";
import type { Act, ActOptions, Installer } from "./installer.ts";
import { commandAct } from "./program.ts";
import { script } from "./script.ts";

/** Every type of package, by the word that a policy uses. A new type is a file of its own and a word here. */
export const INSTALLERS: ReadonlyMap<string, Installer> = new Map(Object.entries({ deb, archive, script }));

/** Throws on a type that no policy can name. */
export function installerOf(type: string): Installer {
	const installer = INSTALLERS.get(type);
	if (!installer) throw new Error(`no installer for ${type}`);
	return installer;
}

/** How the package is installed: by the policy's own command, or as its type is. */
export function installAct(spec: PackageSpec, options: ActOptions): Act {
	const installer = installerOf(spec.type);
	const { command } = spec.install;
	return command === undefined ? installer.install(spec, options) : commandAct(spec, command, installer.suffix);
}
