import { counted } from "../console/counted.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Decision } from "../plan/decide.ts";
import { describeHeld } from "../plan/describe-held.ts";
import type { Held } from "../plan/held.ts";

/** The one thing that most of what is not being done waits for, for a person who looks at the service. */
export function waitingFor(fleet: Fleet, { held, wakeAt }: Decision): string {
	const machines = [...fleet.machines.values()];
	const strangers = machines.filter(({ trust }) => trust.kind === "discovered").length;
	if (fleet.policies.size === 0) return "waits for a policy: put one into the policies folder, then: fleetseed reload";
	if (machines.length === 0) return "waits for machines to announce themselves";
	if (strangers === machines.length)
		return `waits for approval of ${counted(strangers, "machine")}: fleetseed machines`;
	const most = largest(held);
	const until = wakeAt === null ? "waits for an event" : `looks again ${new Date(wakeAt).toISOString().slice(0, 19)}Z`;
	return most ? `${most}; ${until}` : until;
}

/** "office: window opens 02:00 (34 machines)" */
function largest(held: readonly Held[]): string | null {
	const groups = Map.groupBy(held, ({ policy, reason }) => `${policy} ${reason.kind}`);
	const [most] = [...groups.values()].sort((a, b) => b.length - a.length);
	const [first] = most ?? [];
	if (!most || !first) return null;
	const count = most.length > 1 ? ` (${most.length} machines)` : first.machine === null ? "" : ` (${first.machine})`;
	return `${first.policy}: ${describeHeld(first)}${count}`;
}
