import type { Held, HeldReason } from "./held.ts";

/** One sentence for a person: what it waits for, with counts and times in the policy's own zone. */
export function describeHeld(held: Held): string {
	const { reason, until } = held;
	switch (reason.kind) {
		case "paused":
			return `paused by ${reason.by}${reason.why ? `: ${reason.why}` : ""}`;
		case "not_scheduled":
			return until === undefined ? "no run is scheduled" : `next run ${describeTime(until, reason.timeZone)}`;
		case "previous_run_ending":
			return `the previous run ends first: ${reason.running} steps are in flight`;
		case "no_machines":
			return `no approved machine is selected, ${reason.discovered} discovered wait for approval (FS-TARGETS-EMPTY)`;
		case "not_approved":
			return "discovered, not approved";
		case "host_key_changed":
			return `host key changed: expected ${keys(reason.expected)}, saw ${keys([reason.saw])} (FS-SSH-HOSTKEY)`;
		case "in_no_ring":
			return "selected, but no ring takes it";
		case "waiting_for_machine":
			return reason.failure
				? `waiting for the machine: ${withCode(reason.failure)}`
				: "waiting for the machine to announce itself";
		case "acquiring":
			return "the package is being downloaded";
		case "package_failed":
			return `the package is not there: ${withCode(reason.failure)}`;
		case "window_closed":
			return until === undefined
				? `window ${reason.window} never opens`
				: `window ${reason.window} opens ${describeTime(until, reason.timeZone)}`;
		case "backing_off":
			return reason.failure ? `tried ${reason.failures} times: ${withCode(reason.failure)}` : "to be tried again";
		case "machine_busy":
			return `busy with policy ${reason.policy}`;
		case "failed":
			return withCode(reason.failure);
		default:
			return describeCounts(reason);
	}
}

function describeCounts(reason: Extract<HeldReason, { kind: "ring_waiting" | "slots_busy" | "budget_spent" }>): string {
	if (reason.kind === "budget_spent") {
		const allowed = `${reason.limit} is ${reason.allowed}${reason.limit === "max_errors" ? "" : " %"}`;
		return `stopped: ${reason.failed} of ${reason.started} started machines failed, ${allowed}; mend the cause and retry them`;
	}
	if (reason.kind === "slots_busy")
		return `${reason.busy} of ${reason.of} ${reason.ring ? `${reason.slots} of ring ${reason.ring}` : reason.slots} busy`;
	const failed = reason.failed > 0 ? `, ${reason.failed} failed` : "";
	return `ring ${reason.ring}: ${reason.verified} of ${reason.counted} verified${failed}; needs ${reason.threshold} %`;
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

function withCode({ code, detail }: { readonly code: string; readonly detail: string }): string {
	return `${detail} (${code})`;
}

function keys(hostKeys: readonly { readonly type: string; readonly fingerprint: string }[]): string {
	return hostKeys.map(({ type, fingerprint }) => `${type} ${fingerprint}`).join(" or ");
}
