import type { PackageSpec } from "../model/policy.ts";
import { archive } from "./archive.ts";
import { deb } from "./deb.ts";
import { exe, inno, installshield, nsis } from "./exe.ts";
import type { Act, ActOptions, Installer } from "./installer.ts";
import { msi } from "./msi.ts";
import { commandAct, uninstallAct } from "./program.ts";
import { rpm } from "./rpm.ts";
import { script } from "./script.ts";
import { batch, powershell } from "./windows-scripts.ts";

/** Every type of package, by the word that a policy uses. A new type is a file of its own and a word here. */
export const INSTALLERS: ReadonlyMap<string, Installer> = new Map(
	Object.entries({ deb, rpm, archive, script, msi, exe, inno, nsis, installshield, powershell, batch }),
);

/** Throws on a type that no policy can name. */
export function installerOf(type: string): Installer {
	const installer = INSTALLERS.get(type);
	if (!installer) throw new Error(`no installer for ${type}`);
	return installer;
}

/** How the package is brought into its state: by the policy's own command, or as its type is. */
export function actFor(spec: PackageSpec, options: ActOptions): Act {
	const installer = installerOf(spec.type);
	if (spec.state === "absent") return removal(spec, installer);
	const { command } = spec.install;
	return command === undefined ? installer.install(spec, options) : commandAct(spec, command, installer.suffix);
}

/** Throws when neither knows how: no policy says so. */
function removal(spec: PackageSpec, { uninstall }: Installer): Act {
	const command = spec.uninstall?.command;
	if (command !== undefined) return uninstallAct(spec, command);
	if (!uninstall) throw new Error(`${spec.name}: no way to uninstall a ${spec.type}`);
	return uninstall(spec);
}
