import type { PolicyReport } from "./policy-reports.ts";
import { printable } from "./printable.ts";
import { differenceLines } from "./render-changes.ts";
import { approvalLine } from "./render-rollout.ts";
import { shortRevision } from "./short-revision.ts";

/** What a person is about to approve. */
export function renderPolicy({ policy, revision, source, approval, content, since }: PolicyReport): string {
	return [
		printable(`${policy}, revision ${revision} (${source})`),
		...content.map((line) => `  ${printable(line)}`),
		...(since
			? [`changes against revision ${shortRevision(since.revision)}:`, ...differenceLines(since.differences)]
			: []),
		...(approval ? [printable(approvalLine(approval))] : []),
	].join("\n");
}
