import type { AccessEvent, Event, Outcome, ReloadEvent } from "../../model/event.ts";
import type { Step } from "../../model/step.ts";
import { counted } from "../counted.ts";
import { iso } from "../time-text.ts";

const ACTS: Readonly<Record<Exclude<Event["kind"], "StepStarted" | "StepFinished" | "StepInterrupted">, string>> = {
	DaemonStarted: "start_daemon",
	DeliveryChosen: "choose_delivery",
	LoggedIn: "log_in",
	MachineApproved: "approve_machine",
	MachineCleaned: "clean_machine",
	MachineExcluded: "exclude_machine",
	MachineForgotten: "forget_machine",
	MachineIncluded: "include_machine",
	MachineLost: "lose_machine",
	MachineSeen: "see_machine",
	OrderRefused: "order",
	PackageLost: "lose_package",
	PackageRetryRequested: "retry_package",
	Paused: "pause",
	PolicyApplied: "apply_policy",
	PolicyApproved: "approve_policy",
	PolicyRemoved: "remove_policy",
	PolicyRetryRequested: "retry_policy",
	Reloaded: "reload",
	Resumed: "resume",
	RetryRequested: "retry_machine",
	RingPromoted: "promote",
	RolloutAborted: "abort",
	RunRequested: "run",
	TokenMade: "make_token",
	TokenRevoked: "revoke_token",
};

/** What was done, as one word; a step's is its own kind. */
export function actOf(event: Event): string {
	return "step" in event ? event.step.kind : ACTS[event.kind];
}

/** What else there is to say, in one line; empty: nothing. */
export function detailOf(event: Event): string {
	switch (event.kind) {
		case "StepFinished":
			return outcomeDetail(event.outcome);
		case "StepStarted":
			return stepDetail(event.step);
		case "MachineSeen":
			return `${event.source} at ${event.address}:${event.port}`;
		case "MachineLost":
			return event.reason;
		case "MachineApproved":
			return event.hostKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(", ");
		case "MachineCleaned":
			return event.reason;
		case "DeliveryChosen":
			return `${event.method}: ${event.because}`;
		case "PolicyApplied":
			return event.source;
		case "RingPromoted":
			return withReason(`ring ${event.ring}`, event.reason);
		case "PolicyRetryRequested":
			return withReason(event.only.join(", "), event.reason);
		case "Reloaded":
			return reloadDetail(event);
		case "TokenMade":
			return `token ${event.token} of ${event.name} as ${event.role}${event.expiresAt === null ? "" : ` until ${iso(event.expiresAt)}`}`;
		case "TokenRevoked":
			return `token ${event.token} of ${event.name}`;
		case "LoggedIn":
			return `token ${event.token} from ${event.address}${unwrittenDetail(event)}`;
		case "OrderRefused": {
			const token = event.token === null ? "" : `, token ${event.token}`;
			return `refused: ${event.order}${token}: ${event.detail}${unwrittenDetail(event)}`;
		}
		default:
			return ("reason" in event && event.reason) || "";
	}
}

/** "approvals changes now, api changes after a restart; 2 problems" */
function reloadDetail({ settings, problems }: ReloadEvent): string {
	const changed = settings.map(({ key, effect }) => `${key} changes ${effect}`).join(", ");
	const mistakes = problems > 0 ? counted(problems, "problem") : "";
	return [changed, mistakes].filter((each) => each !== "").join("; ");
}

/** "; 12 more before it were not written" */
function unwrittenDetail({ unwritten }: AccessEvent): string {
	return unwritten > 0 ? `; ${unwritten} more before it were not written` : "";
}

function withReason(detail: string, reason: string | undefined): string {
	return reason ? `${detail}: ${reason}` : detail;
}

function stepDetail(step: Step): string {
	switch (step.kind) {
		case "begin":
			return step.restores === undefined ? "" : `goes back from ${step.restores.rollout}: ${step.restores.why}`;
		case "soak":
		case "promote":
			return `ring ${step.ring}`;
		case "halt":
			return step.why;
		case "give_up":
			return step.as;
		case "queue":
		case "miss":
			return `run of ${iso(step.run)}`;
		default:
			return "";
	}
}

function outcomeDetail(outcome: Outcome): string {
	switch (outcome.kind) {
		case "failed":
			return outcome.failure.detail;
		case "delivered":
			return `${outcome.bytes} bytes by ${outcome.method} in ${outcome.durationMs} ms`;
		case "acquired":
			return `${outcome.sizeBytes} bytes from ${outcome.source}`;
		case "rebooted":
			return `boot ${outcome.bootId}`;
		default:
			return "";
	}
}
