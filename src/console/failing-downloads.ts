import { ERROR_CODES } from "../model/error-codes.ts";
import type { Fleet } from "../model/fleet.ts";
import type { FailingDownload } from "./cockpit.ts";
import { iso } from "./time-text.ts";

/** Packages that policies in force name and that cannot be had. Machines wait for them; where there is none, nothing else tells. */
export function failingDownloads(fleet: Fleet): readonly FailingDownload[] {
	return [...fleet.packages].flatMap(([sha256, state]) => {
		if (state.kind === "held") return [];
		const uses = usesOf(fleet, sha256);
		if (uses.length === 0) return [];
		const { code, detail } = state.failure;
		return {
			sha256,
			names: [...new Set(uses.map(({ name }) => name))],
			policies: [...new Set(uses.map(({ policy }) => policy))],
			code,
			detail,
			since: iso(state.since),
			last_try: iso(state.at),
			is_final: state.kind === "refused",
			advice: ERROR_CODES[code].replaceAll("DIGEST", sha256),
		};
	});
}

function usesOf({ policies }: Fleet, sha256: string) {
	return [...policies.values()].flatMap(({ policy }) =>
		policy.packages
			.filter((spec) => spec.sha256 === sha256)
			.map(({ name, version }) => ({ name: `${name} ${version}`, policy: policy.name })),
	);
}
