import type { Event, Outcome } from "../../model/event.ts";
import type { PackageSpec, Policy } from "../../model/policy.ts";
import type { Step } from "../../model/step.ts";
import type { JournalLine } from "../../record/journal.ts";
import type { AuditLine } from "../cockpit.ts";
import { iso } from "../time-text.ts";
import { actOf, detailOf } from "./audit-words.ts";
import { detectionText } from "./detection-text.ts";

interface Lookups {
	/** What a rollout pinned, as far as the journal knows. */
	readonly policyOf: (rollout: string) => Policy | undefined;
	/** What detection found last, before this line. */
	readonly before: string | null;
}

/** The controller itself, where no person acted. */
const OURSELVES = "fleetseed";

type Named = Pick<AuditLine, "policy" | "revision" | "package" | "sha256" | "machine" | "rollout" | "attempt">;

const NOTHING: Named = {
	policy: null,
	revision: null,
	package: null,
	sha256: null,
	machine: null,
	rollout: null,
	attempt: null,
};

/** One event as one line: who, when, what, on what, and what came of it. */
export function auditLine({ seq, event, hash }: JournalLine, lookups: Lookups): AuditLine {
	const outcome = event.kind === "StepFinished" ? event.outcome : null;
	const spec = "step" in event ? specOf(event.step, lookups) : undefined;
	return {
		seq,
		at: iso(event.at),
		who: "by" in event ? event.by : OURSELVES,
		act: actOf(event),
		outcome: outcomeOf(event, spec),
		...("step" in event ? namedByStep(event.step, lookups, spec) : namedByEvent(event)),
		exit_code: outcome?.kind === "exited" ? outcome.exitCode : null,
		detection_before: lookups.before,
		detection_after: outcome?.kind === "inspected" && spec ? detectionText(spec, outcome.facts.observations) : null,
		detail: detailOf(event),
		hash,
	};
}

function specOf(step: Step, { policyOf }: Lookups): PackageSpec | undefined {
	if (!("package" in step)) return undefined;
	return policyOf(step.rollout)?.packages.find(({ name }) => name === step.package);
}

function outcomeOf(event: Event, spec: PackageSpec | undefined): string {
	if (event.kind === "StepStarted") return "started";
	if (event.kind === "StepInterrupted") return "interrupted";
	if (event.kind === "OrderRefused") return event.code;
	return event.kind === "StepFinished" ? wordFor(event.outcome, spec) : "done";
}

function wordFor(outcome: Outcome, spec: PackageSpec | undefined): string {
	if (outcome.kind === "failed") return outcome.failure.code;
	if (outcome.kind === "inspected" && spec) return detectionText(spec, outcome.facts.observations).split(":")[0] ?? "";
	return outcome.kind;
}

function namedByStep(step: Step, { policyOf }: Lookups, spec: PackageSpec | undefined): Named {
	const rollout = "rollout" in step ? step.rollout : null;
	const pinned = rollout === null ? undefined : policyOf(rollout);
	const own = "policy" in step ? step.policy : null;
	return {
		policy: own ?? pinned?.name ?? rollout?.split("@")[0] ?? null,
		revision: "revision" in step ? step.revision : (pinned?.revision ?? null),
		package: "package" in step ? step.package : null,
		sha256: "sha256" in step ? step.sha256 : (spec?.sha256 ?? null),
		machine: "machine" in step ? step.machine : "absentee" in step ? step.absentee : null,
		rollout,
		attempt: "attempt" in step ? step.attempt : null,
	};
}

function namedByEvent(event: Exclude<Event, { readonly step: Step }>): Named {
	const sha256 = "sha256" in event ? event.sha256 : null;
	if (event.kind === "PolicyApplied") return { ...NOTHING, policy: event.policy.name, revision: event.policy.revision };
	return {
		...NOTHING,
		policy: "policy" in event ? event.policy : null,
		revision: "revision" in event ? event.revision : null,
		machine: "machine" in event ? event.machine : null,
		sha256,
	};
}
