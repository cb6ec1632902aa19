import type { Fleet } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { withEntry, withoutEntry } from "./copy.ts";

/** What no two machines may have in common: the keys that are pinned for them, and the id that they say they have. */
export function identitiesIn({ trust, facts }: Machine): readonly string[] {
	const keys = trust.kind === "discovered" ? [] : trust.hostKeys.map(({ fingerprint }) => `host_key ${fingerprint}`);
	return facts?.machineId === undefined ? keys : [...keys, `machine_id ${facts.machineId}`];
}

export function identitiesOf(machines: Iterable<Machine>): Fleet["identities"] {
	const identities = new Map<string, readonly string[]>();
	for (const machine of machines)
		for (const identity of identitiesIn(machine))
			identities.set(identity, [...(identities.get(identity) ?? []), machine.name].sort());
	return identities;
}

/** The index after a machine has changed, come or gone. */
export function reindexed(
	identities: Fleet["identities"],
	before: Machine | undefined,
	after: Machine | undefined,
): Fleet["identities"] {
	const [old, now] = [before ? identitiesIn(before) : [], after ? identitiesIn(after) : []];
	let next = identities;
	for (const identity of old) if (!now.includes(identity)) next = without(next, identity, before?.name ?? "");
	for (const identity of now) if (!old.includes(identity)) next = including(next, identity, after?.name ?? "");
	return next;
}

function including(identities: Fleet["identities"], identity: string, name: string): Fleet["identities"] {
	return withEntry(identities, identity, [...(identities.get(identity) ?? []), name].sort());
}

function without(identities: Fleet["identities"], identity: string, name: string): Fleet["identities"] {
	const left = (identities.get(identity) ?? []).filter((each) => each !== name);
	return left.length === 0 ? withoutEntry(identities, identity) : withEntry(identities, identity, left);
}
