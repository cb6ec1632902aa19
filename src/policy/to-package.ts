import type { z } from "zod";
import { installerOf } from "../installers/registry.ts";
import type { DetectionRule, InstallSpec, PackageSpec, Requirements } from "../model/policy.ts";
import type { packageSchema } from "./package-schema.ts";
import { numberSet, textSet } from "./sets.ts";

type WrittenPackage = z.output<typeof packageSchema>;

export function toPackage(written: WrittenPackage): PackageSpec {
	const { name, version, type, source, checksum, return_codes } = written;
	const install = toInstall(written);
	const codes = installerOf(type).returnCodes;
	return {
		name,
		version,
		type,
		source: { url: source.url, mirrors: source.mirrors },
		sha256: checksum,
		install,
		detection: written.detection?.map(toDetectionRule) ?? defaultDetection(written, install),
		returnCodes: {
			success: numberSet(return_codes.success ?? codes.success),
			softReboot: numberSet(return_codes.soft_reboot ?? codes.softReboot),
			hardReboot: numberSet(return_codes.hard_reboot ?? codes.hardReboot),
			retry: numberSet(return_codes.retry ?? codes.retry),
		},
		requirements: toRequirements(written.requirements),
	};
}

function toRequirements(written: WrittenPackage["requirements"]): Requirements {
	const { os, arch, min_os_version, disk_space_mb, memory_mb, script } = written;
	return {
		os: textSet(os),
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
			return { type: "file", path: rule.path, ...(rule.checksum === undefined ? {} : { sha256: rule.checksum }) };
		case "script":
			return { type: "script", script: rule.script };
	}
}

function defaultDetection({ name, version, type }: WrittenPackage, install: InstallSpec): readonly DetectionRule[] {
	const { detection } = installerOf(type);
	if (!detection) throw new Error(`the schema let a ${type} without detection through`);
	return detection.present({ name, version, install });
}
