import type { Machine } from "../model/machine.ts";

/** One lost connection is a flaw in the network, not an absence: a gate must not open on it. */
const ABSENT_AFTER_FAILURES = 3;

/** Connections that failed in a row, also when the machine has announced itself since. */
export function failedConnections({ presence }: Machine): number {
	return presence.kind === "unreachable" || presence.kind === "present" ? (presence.failures ?? 0) : 0;
}

/** Whether a ring's gate leaves the machine out of the count. */
export function isOutOfReach(machine: Machine): boolean {
	const { trust, presence } = machine;
	const isAbsent = presence.kind === "silent" || failedConnections(machine) >= ABSENT_AFTER_FAILURES;
	return trust.kind === "quarantined" || isAbsent;
}
