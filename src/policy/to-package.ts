import type { z } from "zod";
import { installerOf } from "../installers/registry.ts";
import type { DetectionRule, InstallSpec, PackageSpec, Requirements, UninstallSpec } from "../model/policy.ts";
import type { packageSchema } from "./package-schema.ts";
import { numberSet, textSet } from "./sets.ts";

type WrittenPackage = z.output<typeof packageSchema>;

export function toPackage(written: WrittenPackage): PackageSpec {
	const { name, version, type, state, source, checksum, uninstall, return_codes } = written;
	const install = toInstall(written);
	const codes = installerOf(type).returnCodes;
	return {
		name,
		version,
		type,
		...(state === "absent" ? ABSENT : { source: sourceOf(source), sha256: checksum ?? "" }),
		install,
		...(uninstall.command === undefined && uninstall.arguments.length === 0
			? {}
			: { uninstall: toUninstall(uninstall) }),
		detection: written.detection?.map(toDetectionRule) ?? defaultDetection(written, install),
		returnCodes: {
			success: numberSet(return_codes.success ?? codes.success),
			softReboot: numberSet(return_codes.soft_reboot ?? codes.softReboot),
			hardReboot: numberSet(return_codes.hard_reboot ?? codes.hardReboot),
			retry: numberSet(return_codes.retry ?? codes.retry),
		},
		requirements: toRequirements(written),
	};
}

/** To remove a package no file is needed, whatever the policy still says of it. */
const ABSENT = { state: "absent" as const, source: { url: "", mirrors: [] }, sha256: "" };

function sourceOf(source: WrittenPackage["source"]): PackageSpec["source"] {
	return { url: source?.url ?? "", mirrors: source?.mirrors ?? [] };
}

function toUninstall({ command, arguments: words }: WrittenPackage["uninstall"]): UninstallSpec {
	return { ...(command === undefined ? {} : { command }), arguments: words };
}

function isOfWindows(type: string): boolean {
	return installerOf(type).os.every((os) => os === "windows");
}

function toRequirements({ type, requirements: written }: WrittenPackage): Requirements {
	const { os, arch, min_os_version, disk_space_mb, memory_mb, script } = written;
	return {
		// What is of Windows is not for other systems, even where the policy does not say so.
		os: !os?.length && isOfWindows(type) ? ["windows"] : textSet(os),
		arch: textSet(arch),
		...(min_os_version === undefined ? {} : { minOsVersion: min_os_version }),
		...(disk_space_mb === undefined ? {} : { diskSpaceMb: disk_space_mb }),
		...(memory_mb === undefined ? {} : { memoryMb: memory_mb }),
		...(script === undefined ? {} : { script }),
	};
}

function toInstall({ name, type, install }: WrittenPackage): InstallSpec {
	const { destination } = installerOf(type);
	return {
		...(install.command === undefined ? {} : { command: install.command }),
		arguments: install.arguments,
		timeoutMs: install.timeout,
		env: install.env,
		...(destination ? { destination: install.destination ?? destination(name) } : {}),
	};
}

function toDetectionRule(rule: NonNullable<WrittenPackage["detection"]>[number]): DetectionRule {
	switch (rule.type) {
		case "package":
			return { type: "package", name: rule.name, ...(rule.version === undefined ? {} : { version: rule.version }) };
		case "file":
			return {
				type: "file",
				path: rule.path,
				...(rule.checksum === undefined ? {} : { sha256: rule.checksum }),
				...(rule.version === undefined ? {} : { version: rule.version }),
			};
		case "registry":
			return {
				type: "registry",
				key: rule.key.replace(/^HKEY_LOCAL_MACHINE/, "HKLM"),
				...(rule.value === undefined ? {} : { value: rule.value }),
				...(rule.data === undefined ? {} : { data: rule.data }),
				view: rule.view,
			};
		case "msi":
			return {
				type: "msi",
				productCode: rule.product_code.toUpperCase(),
				...(rule.version === undefined ? {} : { version: rule.version }),
			};
		case "script":
			return { type: "script", script: rule.script };
	}
}

function defaultDetection(
	{ name, version, type, state }: WrittenPackage,
	install: InstallSpec,
): readonly DetectionRule[] {
	const { detection } = installerOf(type);
	if (!detection) throw new Error(`the schema let a ${type} without detection through`);
	return detection[state]({ name, version, install });
}
