import type { AppliedPolicy, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { ringOf } from "../plan/roster.ts";
import { machineStanding, seatOf } from "../plan/seat.ts";
import { selects } from "../plan/selection.ts";
import { timeZoneOf } from "../plan/time-zone.ts";
import { adviceFor } from "./advice.ts";
import type { WhyPolicy, WhyReport } from "./cockpit.ts";
import { deliverySentence, packageDeliveries } from "./delivery-report.ts";
import { machineRow } from "./machine-row.ts";
import { type Standing, standingOf } from "./machine-state.ts";
import { nextFor } from "./next-act.ts";
import { shortRevision } from "./short-revision.ts";
import type { Sight } from "./sight.ts";
import { sinceOf } from "./since.ts";
import { isoOrNull, timeText } from "./time-text.ts";

/** Why a machine is where it is, for every policy that selects it: what a person can act on. */
export function whyReport(sight: Sight, machine: Machine, sites: readonly Site[]): WhyReport {
	const policies = [...sight.fleet.policies.values()].filter(({ policy }) => {
		const rollout = sight.fleet.rollouts.get(policy.name);
		return selects(policy.targets, machine) !== false || (rollout && seatOf(rollout, machine).ring) !== undefined;
	});
	return { ...machineRow(machine, sites), policies: policies.map((applied) => whyPolicy(sight, applied, machine)) };
}

function whyPolicy(sight: Sight, applied: AppliedPolicy, machine: Machine): WhyPolicy {
	const { policy } = applied;
	const rollout = sight.fleet.rollouts.get(policy.name);
	const standing = rollout ? standingIn(sight, rollout, machine) : unbegun(sight, policy.name, machine);
	const since = rollout ? sinceOf(rollout, machine, standing) : applied.appliedAt;
	const sentence = standing.reason ?? doingNow(sight, rollout, standing);
	const next = rollout ? nextFor(rollout, machine, standing) : null;
	const advice = adviceFor(sight, { policy, rollout, machine, standing });
	const begunIn = rollout && seatOf(rollout, machine).ring;
	const ring = begunIn ?? ringOf(rollout?.policy ?? policy, machine)?.name ?? null;
	const deliveries = rollout ? packageDeliveries(rollout, machine.name) : [];
	const told = {
		policy: policy.name,
		revision: policy.revision,
		ring,
		state: standing.state,
		sentence,
		next,
		advice,
		deliveries,
	};
	const sinceText = since === null ? "" : ` since ${timeText(since, timeZoneOf(policy))}`;
	return { ...told, since: isoOrNull(since), paragraph: paragraphOf(told, sinceText) };
}

function standingIn(sight: Sight, rollout: Rollout, machine: Machine): Standing {
	return standingOf(sight, rollout, { machine, where: machineStanding(rollout, machine, sight.now) });
}

function unbegun(sight: Sight, policy: string, { trust }: Machine): Standing {
	const held = sight.wholeHeld(policy) ?? null;
	const reason = held ? sight.sentence(held) : "about to begin";
	const state = trust.kind === "approved" ? "waiting" : trust.kind;
	return { state, reason, failure: null, held, inFlight: null };
}

function doingNow(sight: Sight, rollout: Rollout | undefined, { state, inFlight }: Standing): string {
	if (inFlight === null) return state === "rolled_back" ? "it is back at the revision before" : "it is done";
	const { step } = inFlight;
	if (!("package" in step)) return `${step.kind} is in flight`;
	const spec = rollout?.policy.packages.find(({ name }) => name === step.package);
	const way = step.kind === "deliver" && spec ? sight.wayOf(step.machine, spec.sha256) : undefined;
	const by = way === undefined ? "" : ` by ${way}`;
	return `${step.kind} of ${step.package}, attempt ${step.attempt}, is in flight${by}`;
}

type Told = Omit<WhyPolicy, "since" | "paragraph">;

function paragraphOf(told: Told, since: string): string {
	const { policy, revision, ring, state, sentence, next, advice, deliveries } = told;
	const place = `${policy} (revision ${shortRevision(revision)}${ring === null ? "" : `, ring ${ring}`})`;
	const sentences = [
		`${place}: ${state.replaceAll("_", " ")}${since}: ${sentence}`,
		next,
		advice,
		...deliveries.map(deliverySentence),
	];
	return sentences.flatMap((each) => (each === null ? [] : [ended(each)])).join(" ");
}

function ended(sentence: string): string {
	return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
