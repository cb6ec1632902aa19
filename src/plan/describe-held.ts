import type { Failure } from "../model/failure.ts";
import type { GateReason, Held, HeldReason, MachineReason, RunReason, StepReason } from "./held.ts";
import { unnamed } from "./unnamed.ts";

/** One sentence for a person: what it waits for, with counts and times in the policy's own zone. */
export function describeHeld({ policy, machine, reason, until }: Held): string {
	const own = "failure" in reason && reason.failure ? { ...reason, failure: unnamed(machine, reason.failure) } : reason;
	return describeReason(policy, own, until);
}

/** `until`: when it is asked again, ms since the epoch. */
export function describeReason(policy: string, reason: HeldReason, until?: number): string {
	switch (reason.kind) {
		case "ring_waiting":
		case "soaking":
		case "rechecking":
		case "promotion_pending":
		case "prestaging":
		case "budget_spent":
		case "no_progress":
			return describeGate(policy, reason);
		case "acquiring":
		case "package_failed":
		case "not_available_yet":
		case "window_closed":
		case "slots_busy":
		case "backing_off":
			return describeStep(reason);
		case "paused":
		case "not_scheduled":
		case "suspended":
		case "previous_run_ending":
		case "rolled_back":
		case "aborted":
		case "approval_pending":
		case "no_machines":
			return describeRun(policy, reason, until);
		default:
			return describeMachine(reason);
	}
}

function describeRun(policy: string, reason: RunReason, until: number | undefined): string {
	switch (reason.kind) {
		case "paused":
			return `paused by ${because(reason)}`;
		case "not_scheduled": {
			const missed = reason.missed > 0 ? `, ${reason.missed} missed` : "";
			return until === undefined
				? `no run is scheduled${missed}`
				: `next run ${describeTime(until, reason.timeZone)}${missed}`;
		}
		case "suspended":
			return "suspended by schedule.suspend: no run begins";
		case "previous_run_ending":
			return `the previous run ends first: ${reason.running} machines are in the middle of it`;
		case "rolled_back":
			return `revision ${reason.revision.slice(0, 8)} was rolled back (${reason.why}); mend the policy, or: fleetseed run ${policy}`;
		case "aborted":
			return `aborted by ${because(reason)}`;
		case "approval_pending": {
			const whose = reason.approvers.length > 0 ? ` of ${reason.approvers.join(", ")}` : "";
			const why = reason.machines === undefined ? "" : `, since it is for ${reason.machines} machines`;
			return `waits for approval: ${reason.approvals} of ${reason.required}${whose}${why}; approve with: fleetseed approve ${policy}`;
		}
		case "no_machines":
			if (reason.discovered === 0)
				return "no machine that it selects is approved or waits for approval (FS-TARGETS-EMPTY)";
			return `no approved machine is selected, ${reason.discovered} discovered wait for approval (FS-TARGETS-EMPTY)`;
	}
}

function because({ by, why }: { readonly by: string; readonly why: string }): string {
	return `${by}${why ? `: ${why}` : ""}`;
}

function describeGate(policy: string, reason: GateReason): string {
	switch (reason.kind) {
		case "ring_waiting": {
			if (reason.counted === 0) return describeIdleRing(reason);
			const failed = reason.failed > 0 ? `, ${reason.failed} failed` : "";
			return `ring ${reason.ring}: ${reason.verified} of ${reason.counted} verified${failed}; needs ${reason.threshold} %`;
		}
		case "soaking":
			return `ring ${reason.ring} must stay healthy until ${describeTime(reason.until, reason.timeZone)}`;
		case "rechecking":
			return `ring ${reason.ring} is looked at again: ${reason.verified} of ${reason.counted} still verified; needs ${reason.threshold} %`;
		case "promotion_pending":
			return `ring ${reason.ring} is proven and waits for a person: fleetseed promote ${policy} ${reason.ring}`;
		case "prestaging":
			return `ring ${reason.ring}: ${reason.holding} of ${reason.counted} hold the package; installs start at ${reason.threshold} %`;
		case "budget_spent": {
			const allowed = `${reason.limit}${reason.ring ? ` of ring ${reason.ring}` : ""} is ${reason.allowed}${reason.limit === "max_errors" ? "" : " %"}`;
			return `stopped: ${reason.failed} of ${reason.started} started machines failed, ${allowed}; mend the cause and retry them`;
		}
		case "no_progress":
			return `stopped: ring ${reason.ring} has verified no machine since ${describeTime(reason.since, reason.timeZone)}, longer than progress_deadline; find out why, then retry`;
	}
}

/** Without anybody who can prove it a ring does not go on by itself. */
function describeIdleRing({ ring, members }: Extract<GateReason, { kind: "ring_waiting" }>): string {
	if (members === 0)
		return `ring ${ring} has no machine that could prove it: put one into it, or take the ring out of the policy`;
	return members === 1
		? `ring ${ring}: its only machine cannot prove it now; it is away or left out`
		: `ring ${ring}: none of its ${members} machines can prove it now; all are away or left out`;
}

function describeMachine(reason: MachineReason): string {
	switch (reason.kind) {
		case "not_approved":
			return "discovered, not approved";
		case "host_key_changed":
			return `host key changed: expected ${keys(reason.expected)}, saw ${keys([reason.saw])} (FS-SSH-HOSTKEY)`;
		case "cloned":
			return `has the same ${reason.by === "host_key" ? "host key" : "machine id"} as ${reason.names.join(", ")}; which is which cannot be told (FS-MACHINE-CLONED)`;
		case "in_no_ring":
			return "selected, but no ring takes it";
		case "excluded":
			return `excluded by ${because(reason)}`;
		case "not_applicable":
			return `not applicable: ${reason.package} needs ${reason.unmet.expected}, the machine has ${reason.unmet.saw}`;
		case "facts_unread":
			return reason.failure
				? `what the machine is could not be read: ${withCode(reason.failure)}`
				: "what the machine is has to be read first";
		case "given_up":
			return `given up: it stayed away for longer than ${describeDuration(reason.giveUpAfterMs)}`;
		case "waiting_for_machine":
			return reason.failure
				? `waiting for the machine: ${withCode(reason.failure)}`
				: "waiting for the machine to announce itself";
		case "machine_busy":
			return `busy with policy ${reason.policy}`;
		case "failed":
			return withCode(reason.failure);
	}
}

function describeStep(reason: StepReason): string {
	switch (reason.kind) {
		case "acquiring":
			return "the package is being downloaded";
		case "package_failed":
			return `the package is not there: ${withCode(reason.failure)}`;
		case "not_available_yet":
			return `available from ${describeTime(reason.availableAt, reason.timeZone)}`;
		case "window_closed": {
			const what = reason.act === "reboot" ? "reboot: window" : "window";
			return reason.opensAt === null
				? `${what} ${reason.window} never opens`
				: `${what} ${reason.window} opens ${describeTime(reason.opensAt, reason.timeZone)}`;
		}
		case "slots_busy":
			return `${reason.busy} of ${reason.of} ${reason.ring ? `${reason.slots} of ring ${reason.ring}` : reason.slots} busy`;
		case "backing_off":
			return reason.failure ? `tried ${reason.failures} times: ${withCode(reason.failure)}` : "to be tried again";
	}
}

/** In the largest unit of a policy that is whole: "36h", "30d". */
function describeDuration(ms: number): string {
	const units = [
		["d", 86_400_000],
		["h", 3_600_000],
		["m", 60_000],
	] as const;
	const [unit, size] = units.find((each) => ms % each[1] === 0) ?? ["s", 1000];
	return `${Math.round(ms / size)}${unit}`;
}

/** "Sat 28 Nov 02:00 Europe/Budapest" */
function describeTime(at: number, timeZone: string): string {
	const parts = new Intl.DateTimeFormat("en-GB", {
		timeZone,
		weekday: "short",
		day: "2-digit",
		month: "short",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	}).formatToParts(new Date(at));
	const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
	return `${part("weekday")} ${part("day")} ${part("month")} ${part("hour")}:${part("minute")} ${timeZone}`;
}

function withCode({ code, detail }: Failure): string {
	return `${detail} (${code})`;
}

function keys(hostKeys: readonly { readonly type: string; readonly fingerprint: string }[]): string {
	return hostKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(" or ");
}
