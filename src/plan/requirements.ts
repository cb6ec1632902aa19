import { installerOf } from "../installers/registry.ts";
import type { MachineFacts } from "../model/facts.ts";
import type { Machine } from "../model/machine.ts";
import type { PackageSpec, Requirements } from "../model/policy.ts";

const MB = 1_000_000;

/** What a machine lacks for a package, in the policy's words. */
export interface Unmet {
	readonly requirement: keyof Requirements | "packageManager";
	readonly expected: string;
	readonly saw: string;
}

/** The first requirement that the machine does not meet; null: it meets all; "unknown": nobody has read its facts. */
export function unmetRequirement(spec: PackageSpec, { facts }: Machine): Unmet | null | "unknown" {
	if (facts) return firstUnmet(spec.requirements, facts) ?? unmetOfType(spec, facts);
	// The first look at a package reads the facts as well, so that nobody reads them for its type alone.
	return isFree(spec.requirements) ? null : "unknown";
}

/** What its own script says of the machine, when it did not pass. */
export function unmetByScript(exitCode: number): Unmet {
	return { requirement: "script", expected: "requirements.script to exit with 0", saw: `${exitCode}` };
}

function isFree({ os, arch, minOsVersion, diskSpaceMb, memoryMb }: Requirements): boolean {
	const isAnyMachine = os.length === 0 && arch.length === 0 && minOsVersion === undefined;
	return isAnyMachine && diskSpaceMb === undefined && memoryMb === undefined;
}

function firstUnmet(requirements: Requirements, facts: MachineFacts): Unmet | null {
	const { os, arch, minOsVersion, diskSpaceMb = 0, memoryMb = 0 } = requirements;
	const systems = [facts.os, ...(facts.distribution === undefined ? [] : [facts.distribution])];
	if (os.length > 0 && !systems.some((each) => os.includes(each)))
		return { requirement: "os", expected: os.join(" or "), saw: systems.join(", ") };
	if (arch.length > 0 && !arch.includes(facts.arch))
		return { requirement: "arch", expected: arch.join(" or "), saw: facts.arch };
	if (minOsVersion !== undefined && compareVersions(facts.osVersion, minOsVersion) < 0)
		return { requirement: "minOsVersion", expected: `${minOsVersion} or later`, saw: facts.osVersion || "no version" };
	if (facts.diskFreeBytes < diskSpaceMb * MB)
		return { requirement: "diskSpaceMb", expected: `${diskSpaceMb} MB free`, saw: megabytes(facts.diskFreeBytes) };
	if (facts.memoryBytes < memoryMb * MB)
		return { requirement: "memoryMb", expected: `${memoryMb} MB of memory`, saw: megabytes(facts.memoryBytes) };
	return null;
}

/** What packages of its type need of a system, whether the policy says so or not. */
function unmetOfType(spec: PackageSpec, { os, packageManagers }: MachineFacts): Unmet | null {
	const { os: systems, managers } = installerOf(spec.type);
	if (!systems.includes(os))
		return { requirement: "os", expected: `${systems.join(" or ")} (its type is ${spec.type})`, saw: os };
	if (!managers || packageManagers === undefined || hasOwnCommand(spec)) return null;
	if (packageManagers.some((each) => managers.includes(each))) return null;
	const saw = packageManagers.length === 0 ? "no package manager" : packageManagers.join(", ");
	return { requirement: "packageManager", expected: `${managers.join(" or ")} (its type is ${spec.type})`, saw };
}

/** The policy's own program does what the manager would. */
function hasOwnCommand({ state, install, uninstall }: PackageSpec): boolean {
	return (state === "absent" ? uninstall?.command : install.command) !== undefined;
}

function megabytes(bytes: number): string {
	return `${Math.floor(bytes / MB)} MB`;
}

/** Number by number, missing ones are 0; below zero: `a` is the older. What is not a number counts as 0. */
function compareVersions(a: string, b: string): number {
	const [left, right] = [numbers(a), numbers(b)];
	for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
		const difference = (left[index] ?? 0) - (right[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

function numbers(version: string): readonly number[] {
	return (version.match(/\d+/g) ?? []).map(Number);
}
