import type { Observation } from "../../model/facts.ts";
import type { PackageSpec } from "../../model/policy.ts";
import { verdict } from "../../plan/verdict.ts";

/** "verified: package 2.0; file there" */
export function detectionText(spec: PackageSpec, observed: readonly Observation[]): string {
	return `${verdict(spec, observed)}: ${observed.map(observationText).join("; ") || "nothing was read"}`;
}

function observationText(observed: Observation): string {
	switch (observed.type) {
		case "package":
			return observed.version === null ? "package not installed" : `package ${observed.version}`;
		case "file":
			if (!observed.exists) return "file not there";
			return fileText(observed);
		case "registry":
			if (!observed.exists) return "registry value not there";
			return observed.data === undefined ? "registry value there" : `registry value ${observed.data}`;
		case "msi":
			return observed.version === null ? "product not installed" : `product ${observed.version}`;
		case "script":
			return `script exits ${observed.exitCode}`;
		case "unreadable":
			return `unreadable: ${observed.detail}`;
	}
}

function fileText({ sha256, version }: Extract<Observation, { readonly type: "file" }>): string {
	const read = [...(sha256 === undefined ? [] : [`sha256:${sha256}`]), ...(version === undefined ? [] : [version])];
	return `file ${read.join(", ") || "there"}`;
}
