import { ERROR_CODES } from "../model/error-codes.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey, Machine } from "../model/machine.ts";
import { type Step, stepKey } from "../model/step.ts";
import type { Decision } from "../plan/decide.ts";
import { describeHeld } from "../plan/describe-held.ts";
import { selects } from "../plan/selection.ts";
import type { MachineRow, PlanReport, WhyReport } from "./cockpit.ts";
import { type Standing, standingOf, stepInFlight } from "./machine-state.ts";

export function machineRow(machine: Machine): MachineRow {
	const { name, address, port, trust, presence, groups, labels, sources } = machine;
	return {
		name,
		address,
		port,
		trust: trust.kind,
		presence:
			presence.kind === "unreachable"
				? `unreachable: ${presence.failure.detail} (${presence.failure.code})`
				: presence.kind,
		groups,
		labels,
		sources,
		host_keys: trust.kind === "discovered" ? [] : trust.hostKeys.map(keyLine),
	};
}

/** Why a machine is where it is, for every policy that selects it. */
export function whyReport(fleet: Fleet, decision: Decision, machine: Machine): WhyReport {
	const policies = [...fleet.policies.values()].filter(({ policy }) => selects(policy.targets, machine));
	return {
		...machineRow(machine),
		policies: policies.map(({ policy }) => {
			const rollout = fleet.rollouts.get(policy.name);
			if (!rollout) {
				const waits = decision.held.find((held) => held.policy === policy.name);
				return {
					policy: policy.name,
					state: "waiting" as const,
					sentence: waits ? describeHeld(waits) : "about to begin",
					next: null,
				};
			}
			const standing = standingOf(fleet, rollout, machine, decision.held);
			const step = stepInFlight(fleet, rollout, machine.name);
			const sentence =
				standing.reason ?? (step ? `${step.kind} of ${step.package}, attempt ${step.attempt}, is in flight` : "done");
			return { policy: policy.name, state: standing.state, sentence, next: advice(machine, standing) };
		}),
	};
}

/** What a person can do, from the table of codes, with the machine's name filled in. */
function advice(machine: Machine, { state, failure }: Standing): string | null {
	const code = state === "quarantined" ? "FS-SSH-HOSTKEY" : failure?.code;
	if (code) return ERROR_CODES[code].replaceAll("MACHINE", machine.name);
	return state === "discovered" ? `fleetseed machines approve ${machine.name}` : null;
}

export function planReport(decision: Decision, fleet: Fleet): PlanReport {
	const news = decision.steps.filter((step) => !fleet.running.has(stepKey(step)));
	return {
		steps: news.map((step) => ({
			kind: step.kind,
			line: stepLine(step),
			machine: "machine" in step ? step.machine : null,
		})),
		held: decision.held.map((held) => ({
			policy: held.policy,
			machine: held.machine,
			code: held.reason.kind,
			sentence: describeHeld(held),
			until: held.until === undefined ? null : new Date(held.until).toISOString(),
		})),
		wake_at: decision.wakeAt === null ? null : new Date(decision.wakeAt).toISOString(),
	};
}

function stepLine(step: Step): string {
	switch (step.kind) {
		case "begin":
			return `begin ${step.rollout}`;
		case "promote":
			return `promote ring ${step.ring} of ${step.rollout}`;
		case "acquire":
			return `acquire sha256:${step.sha256}`;
		default:
			return `${step.kind} ${step.package} on ${step.machine}, attempt ${step.attempt}`;
	}
}

function keyLine({ type, fingerprint }: HostKey): string {
	return `${type} ${fingerprint}`;
}
