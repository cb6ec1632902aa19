import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Notice } from "../model/notice.ts";
import type { Step } from "../model/step.ts";
import { unnamed } from "../plan/unnamed.ts";
import { printable } from "../policy/printable.ts";

/** An event that was written, with the fleet on both sides of it. */
export interface Change {
	readonly seq: number;
	readonly event: Event;
	readonly before: Fleet;
	readonly after: Fleet;
}

/** Characters of a summary. */
export const LONGEST = 400;

type Told = Pick<Notice, "kind" | "summary"> & Partial<Pick<Notice, "policy" | "rollout" | "machine">>;

/** What there is to tell of an event. A function of its arguments alone. */
export function eventNotices(change: Change): readonly Notice[] {
	const told = toldOf(change);
	if (!told) return [];
	const { seq, event } = change;
	const { kind, policy = null, rollout = null, machine = null, summary } = told;
	return [
		{
			id: `event-${seq}`,
			kind,
			at: new Date(event.at).toISOString(),
			policy,
			rollout,
			machine,
			// Machines have a say in it.
			summary: printable(summary, LONGEST),
		},
	];
}

function toldOf(change: Change): Told | null {
	const { event, before, after } = change;
	switch (event.kind) {
		case "Paused": {
			const what = event.policy ?? "everything";
			return { kind: "paused", policy: event.policy, summary: `${what} is paused by ${byWhom(event)}` };
		}
		case "RolloutAborted": {
			const { policy } = event;
			return { kind: "failed", policy, summary: `${policy}: the run was aborted by ${byWhom(event)}` };
		}
		case "MachineSeen": {
			const { machine, address } = event;
			if (event.source !== "mdns" || before.machines.has(machine) || !after.machines.has(machine)) return null;
			return {
				kind: "machine_discovered",
				machine,
				summary: `${machine} was found at ${address} and waits for approval`,
			};
		}
		case "StepFinished":
			return quarantined(change, machineIn(event.step)) ?? finished(change, event.step);
		case "MachineApproved":
			return quarantined(change, event.machine);
		default:
			return null;
	}
}

/** "eve: lunch"; not everybody gives a reason. */
function byWhom({ by, reason }: { readonly by: string; readonly reason: string }): string {
	return reason === "" ? by : `${by}: ${reason}`;
}

function machineIn(step: Step): string | null {
	return "machine" in step ? step.machine : null;
}

/** Another key than the pinned one, or a key or machine id that another machine has, too. */
function quarantined({ before, after }: Change, machine: string | null): Told | null {
	const trust = machine === null ? undefined : after.machines.get(machine)?.trust;
	if (machine === null || trust?.kind !== "quarantined") return null;
	if (before.machines.get(machine)?.trust.kind === "quarantined") return null;
	const summary =
		"saw" in trust
			? `${machine} shows another SSH host key, ${trust.saw.type} ${trust.saw.fingerprint}: nothing is done on it any more`
			: `${machine} has the same ${trust.clones.by === "host_key" ? "host key" : "machine id"} as ${trust.clones.names.join(", ")}: nothing is done on them any more`;
	return { kind: "host_key_changed", machine, summary };
}

function finished({ before, after }: Change, step: Step): Told | null {
	switch (step.kind) {
		case "begin": {
			if (after.rollouts.get(step.policy)?.id !== step.rollout) return null;
			const back = step.restores ? `, which goes back from ${step.restores.rollout}: ${step.restores.why}` : "";
			const summary = `${step.policy}: a run of revision ${step.revision.slice(0, 8)} begins${back}`;
			return { kind: "rollout_started", policy: step.policy, rollout: step.rollout, summary };
		}
		case "miss": {
			const summary = `${step.policy}: the run of ${new Date(step.run).toISOString()} was missed and is not made up`;
			return { kind: "run_missed", policy: step.policy, summary };
		}
		case "halt": {
			const policy = policyIn(step.rollout);
			return {
				kind: "failed",
				policy,
				rollout: step.rollout,
				summary: `${policy}: the run ended before its end: ${step.why}`,
			};
		}
		case "acquire": {
			const state = after.packages.get(step.sha256);
			if (state?.kind !== "refused" || before.packages.get(step.sha256)?.kind === "refused") return null;
			const { code, detail } = state.failure;
			return { kind: "failed", summary: `package ${step.sha256.slice(0, 8)} is refused: ${detail} (${code})` };
		}
		default:
			return "rollout" in step && "machine" in step ? failedOn(before, after, step) : null;
	}
}

interface Place {
	readonly machine: string;
	readonly rollout: string;
	readonly package?: string;
}

/** A machine came to a bad end in the rollout. */
function failedOn(before: Fleet, after: Fleet, { machine, rollout, package: name }: Place): Told | null {
	const policy = policyIn(rollout);
	const endOf = (fleet: Fleet) => {
		const { progress, reboots } = fleet.rollouts.get(policy) ?? {};
		return name === undefined ? reboots?.get(machine) : progress?.get(machine)?.get(name);
	};
	const end = endOf(after);
	if (end?.phase !== "failed" || endOf(before)?.phase === "failed") return null;
	const what = name === undefined ? "the reboot" : name;
	const why = end.failure ? `: ${unnamed(machine, end.failure).detail} (${end.failure.code})` : "";
	return { kind: "failed", policy, rollout, machine, summary: `${policy}: ${what} failed on ${machine}${why}` };
}

function policyIn(rollout: string): string {
	return rollout.slice(0, rollout.indexOf("@"));
}
