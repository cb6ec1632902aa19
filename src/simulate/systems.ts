import type { PackageSpec } from "../model/policy.ts";
import type { Hardware } from "./machine-model.ts";

/** By the ID in os-release(5), what packages are installed with there, as facts name it. */
const MANAGERS: Readonly<Record<string, readonly string[]>> = {
	...named(["debian", "ubuntu", "raspbian", "linuxmint"], ["apt", "dpkg"]),
	...named(["fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn"], ["dnf", "yum", "rpm"]),
	...named(["opensuse-leap", "opensuse-tumbleweed", "sles", "sled"], ["zypper", "rpm"]),
	...named(["alpine"], ["apk"]),
	...named(["arch"], ["pacman"]),
};

function named(systems: readonly string[], managers: readonly string[]): Readonly<Record<string, readonly string[]>> {
	return Object.fromEntries(systems.map((system) => [system, managers]));
}

/** A system on which packages of the type are at home; absent: on any Linux. */
const HOMES: Readonly<Record<string, string>> = {
	deb: "debian",
	rpm: "fedora",
	...Object.fromEntries(
		["msi", "exe", "inno", "nsis", "installshield", "powershell", "batch"].map((type) => [type, "windows"]),
	),
};

/** Systems that the packages are made for, each once; never empty. */
export function homesOf(packages: readonly PackageSpec[]): readonly string[] {
	const homes = new Set(packages.flatMap(({ type }) => HOMES[type] ?? []));
	return homes.size > 0 ? [...homes] : ["debian"];
}

/** What a machine with this system says of it. Of one that is not known here nothing is said of managers, and so nothing is decided by them. */
export function systemFacts(system: string): Pick<Hardware, "os" | "distribution" | "packageManagers"> {
	if (system === "windows") return { os: "windows", packageManagers: [] };
	if (system === "linux") return { os: "linux" };
	const packageManagers = MANAGERS[system];
	return { os: "linux", distribution: system, ...(packageManagers ? { packageManagers } : {}) };
}
