import type { ChangesReport, DifferenceReport, PolicyChange } from "./policy-reports.ts";
import { printable } from "./printable.ts";
import { shortRevision } from "./short-revision.ts";
import type { Style } from "./style.ts";

/** Policy by policy: what came, changed and went, and what follows; then what is wrong with the files. */
export function renderChanges({ policies, settings, problems }: ChangesReport, style: Style): string {
	return [
		...policies.map((change) => renderChange(change, style)),
		...settings.map(({ key, effect }) => `setting ${key}: changed, takes effect ${effect}`),
		...problems.map((problem) => style.bad(printable(problem))),
	].join("\n");
}

function renderChange(change: PolicyChange, style: Style): string {
	const { policy, source, differences, effect } = change;
	const heading = `${policy}: ${change.change}${revisions(change)} (${source})`;
	return [
		change.change === "removed" ? style.bad(printable(heading)) : style.good(printable(heading)),
		...differenceLines(differences),
		`  ${style.faint(printable(effect))}`,
	].join("\n");
}

function revisions({ change, revision_before, revision_after }: PolicyChange): string {
	const [before, after] = [shortRevision(revision_before ?? ""), shortRevision(revision_after ?? "")];
	if (change === "changed") return `, revision ${before} -> ${after}`;
	return `, revision ${before}${after}`;
}

export function differenceLines(differences: readonly DifferenceReport[]): readonly string[] {
	return differences.map(({ sentence }) => `  ${printable(sentence)}`);
}
