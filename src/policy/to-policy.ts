import type { z } from "zod";
import type {
	DetectionRule,
	InstallSpec,
	MaintenanceWindow,
	PackageSpec,
	Policy,
	Ring,
	RolloutSpec,
	Selector,
	SshSettings,
} from "../model/policy.ts";
import type { packageSchema } from "./package-schema.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { revisionOf } from "./revision.ts";
import { WEEKDAYS } from "./schedule-schema.ts";

type WrittenPackage = z.output<typeof packageSchema>;
type WrittenRollout = PolicyDocument["rollout"];
type WrittenRing = WrittenRollout["rings"][number];
type WrittenWindow = PolicyDocument["maintenance_windows"][number];

/** The written policy in the model's words, with the defaults that depend on other fields. Lists that are sets are sorted. */
export function toPolicy(document: PolicyDocument): Policy {
	const { name, packages, targets, rollout, schedule, maintenance_windows, ssh } = document;
	const content = {
		name,
		packages: packages.map(toPackage),
		targets: toSelector(targets),
		rollout: toRollout(rollout),
		schedule: schedule === "now" ? ({ kind: "now" } as const) : toCron(schedule),
		maintenanceWindows: maintenance_windows.map(toWindow),
		ssh: toSsh(ssh),
	};
	return { ...content, revision: revisionOf(content) };
}

function toRollout({
	rings,
	max_concurrency,
	max_errors,
	max_fail_percentage,
	min_executed,
}: WrittenRollout): RolloutSpec {
	return {
		rings: rings.map(toRing),
		maxConcurrency: max_concurrency,
		minExecuted: min_executed,
		...(max_errors === undefined ? {} : { maxErrors: max_errors }),
		...(max_fail_percentage === undefined ? {} : { maxFailPercentage: max_fail_percentage }),
	};
}

function toPackage(written: WrittenPackage): PackageSpec {
	const { name, version, type, source, checksum, return_codes } = written;
	const install = toInstall(written);
	return {
		name,
		version,
		type,
		source: { url: source.url, mirrors: source.mirrors },
		sha256: checksum,
		install,
		detection: written.detection?.map(toDetectionRule) ?? defaultDetection(written, install),
		returnCodes: {
			success: numberSet(return_codes.success),
			softReboot: numberSet(return_codes.soft_reboot),
			hardReboot: numberSet(return_codes.hard_reboot),
			retry: numberSet(return_codes.retry),
		},
	};
}

function toInstall({ name, type, install }: WrittenPackage): InstallSpec {
	return {
		...(install.command === undefined ? {} : { command: install.command }),
		arguments: install.arguments,
		timeoutMs: install.timeout,
		env: install.env,
		...(type === "archive" ? { destination: install.destination ?? `/opt/${name}` } : {}),
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
	switch (type) {
		case "deb":
			return [{ type: "package", name, version }];
		case "archive":
			return [{ type: "file", path: `${install.destination}/${version}` }];
		case "script":
			throw new Error("the schema let a script without detection through");
	}
}

function toSelector(written: PolicyDocument["targets"]): Selector {
	return {
		groups: textSet(written.groups),
		machines: textSet(written.machines),
		...(written.match === undefined ? {} : { match: written.match }),
		labelsIncludeAny: textSet(written.labels_include_any),
		labelsIncludeAll: textSet(written.labels_include_all),
		labelsExcludeAny: textSet(written.labels_exclude_any),
	};
}

function toRing({ name, targets, target_percentage, max_concurrency, success_threshold }: WrittenRing): Ring {
	return {
		name,
		members: toMembers(targets, target_percentage),
		...(max_concurrency === undefined ? {} : { maxConcurrency: max_concurrency }),
		successThreshold: success_threshold,
	};
}

function toMembers(targets: WrittenRing["targets"], percentage: number | undefined): Ring["members"] {
	if (targets) return { kind: "targets", targets: toSelector(targets) };
	return percentage === undefined ? { kind: "rest" } : { kind: "percentage", percentage };
}

function toCron({ cron, time_zone }: Exclude<PolicyDocument["schedule"], "now">) {
	return { kind: "cron", cron, timeZone: time_zone } as const;
}

function toWindow({ name, days, start_time, duration, time_zone, cutoff }: WrittenWindow): MaintenanceWindow {
	return {
		name,
		days: WEEKDAYS.filter((day) => days.includes(day)),
		startTime: { hour: Number(start_time.slice(0, 2)), minute: Number(start_time.slice(3)) },
		durationMs: duration,
		timeZone: time_zone,
		cutoffMs: cutoff,
	};
}

function toSsh({ user, port, identity_file, connect_timeout }: PolicyDocument["ssh"]): SshSettings {
	return {
		user,
		...(port === undefined ? {} : { port }),
		...(identity_file === undefined ? {} : { identityFile: identity_file }),
		connectTimeoutMs: connect_timeout,
	};
}

function textSet(values: readonly string[] = []): readonly string[] {
	return [...new Set(values)].sort();
}

function numberSet(values: readonly number[]): readonly number[] {
	return [...new Set(values)].sort((a, b) => a - b);
}
