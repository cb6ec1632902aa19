import type { Event } from "../../model/event.ts";
import type { PackageSpec, Policy } from "../../model/policy.ts";
import type { Journal, JournalLine } from "../../record/journal.ts";
import type { AuditLine } from "../cockpit.ts";
import { auditLine } from "./audit-line.ts";
import { detectionText } from "./detection-text.ts";

/** What the book looks up for a line. */
type Source = Pick<Journal, "policiesAfter" | "outcomesBefore">;

/** The newest lines are asked for again and again. */
const LINES_KEPT = 2048;

/** Lines of the journal in the words of an audit. What a line needs from others is looked up in the journal. */
export class AuditBook {
	readonly #journal: Source;
	/** By `name@revision8`, which is how rollouts name what they pin. */
	readonly #policies = new Map<string, Policy>();
	/** By a line's number and hash. The hash stands for all lines before it too, so that what was said holds for ever. */
	readonly #said = new Map<string, AuditLine>();
	#policiesSeq = 0;

	constructor(journal: Source) {
		this.#journal = journal;
	}

	read(lines: readonly JournalLine[]): readonly AuditLine[] {
		return lines.map((line) => {
			const key = `${line.seq} ${line.hash}`;
			const said = this.#said.get(key) ?? this.#say(line);
			this.#said.delete(key);
			this.#said.set(key, said);
			const [oldest] = this.#said.keys();
			if (oldest !== undefined && this.#said.size > LINES_KEPT) this.#said.delete(oldest);
			return said;
		});
	}

	#say(line: JournalLine): AuditLine {
		const { event } = line;
		if ((event.kind !== "StepFinished" && event.kind !== "StepStarted") || !("package" in event.step))
			return auditLine(line, { policyOf: (rollout) => this.#policyOf(rollout, line.seq), before: null });
		const { step } = event;
		const spec = this.#specOf(step.rollout, step.package, line.seq);
		const isJudged = step.kind === "inspect" || step.kind === "install" || step.kind === "follow";
		const before = spec && isJudged ? this.#seenBefore(line.seq, step.machine, spec) : null;
		return auditLine(line, { policyOf: (rollout) => this.#policyOf(rollout, line.seq), before });
	}

	/** What detection last found of the package on the machine, whichever rollout asked. */
	#seenBefore(seq: number, machine: string, spec: PackageSpec): string | null {
		for (const event of this.#journal.outcomesBefore(seq, machine)) {
			const observed = observationsOf(event, spec.name);
			if (observed) return detectionText(spec, observed);
		}
		return null;
	}

	#specOf(rollout: string, name: string, seq: number): PackageSpec | undefined {
		return this.#policyOf(rollout, seq)?.packages.find((spec) => spec.name === name);
	}

	#policyOf(rollout: string, seq: number): Policy | undefined {
		if (seq > this.#policiesSeq) this.#learn(seq);
		return this.#policies.get(rollout.split("/")[0] ?? "");
	}

	#learn(seq: number): void {
		for (const { event } of this.#journal.policiesAfter(this.#policiesSeq)) {
			if (event.kind !== "PolicyApplied") continue;
			const { name, revision } = event.policy;
			this.#policies.set(`${name}@${revision.slice(0, 8)}`, event.policy);
		}
		this.#policiesSeq = seq;
	}
}

function observationsOf(event: Event, name: string) {
	if (event.kind !== "StepFinished" || event.outcome.kind !== "inspected") return null;
	return "package" in event.step && event.step.package === name ? event.outcome.facts.observations : null;
}
