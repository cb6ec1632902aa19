import type { Fleet } from "../model/fleet.ts";
import { EMPTY_FLEET } from "../plan/empty-fleet.ts";
import { FLEET_FORMAT, type FleetJson, fleetFromJson, fleetToJson } from "../plan/fleet-json.ts";
import type { Journal } from "../record/journal.ts";
import type { KeptSnapshot } from "../record/snapshots.ts";

/** A fleet and the number of the last event that is in it. */
export interface KeptFleet {
	readonly fleet: Fleet;
	readonly seq: number;
}

/** Writes the fleet into the journal as a snapshot; answers its size in bytes. `at`: when its last event happened. */
export function keepFleet(journal: Journal, { fleet, seq }: KeptFleet, at: number): number {
	const body = JSON.stringify(fleetToJson(fleet));
	journal.keepSnapshot({ seq, at, format: FLEET_FORMAT, body });
	return Buffer.byteLength(body);
}

/** The fleet of the newest snapshot that can be trusted, else the empty one before the first event. Each that is passed over is told. */
export function latestFleet(journal: Journal, onPassedOver: (why: string) => void): KeptFleet {
	const lastSeq = journal.lastSeq();
	for (let kept = journal.latestSnapshot(); kept !== null; kept = journal.latestSnapshot(kept.seq)) {
		const read = readFleet(kept, lastSeq);
		if (typeof read !== "string") return { fleet: read, seq: kept.seq };
		onPassedOver(`the snapshot of event ${kept.seq} is passed over: ${read}`);
	}
	return { fleet: EMPTY_FLEET, seq: 0 };
}

/** A text says why it is not to be used. */
function readFleet({ seq, format, body, damage }: KeptSnapshot, lastSeq: number): Fleet | string {
	if (damage !== null) return damage;
	if (format !== FLEET_FORMAT) return `it has format ${format}, and this release reads ${FLEET_FORMAT}`;
	if (seq > lastSeq) return `the journal ends at event ${lastSeq}`;
	try {
		return fleetFromJson(JSON.parse(body) as FleetJson);
	} catch (error) {
		return `it holds no fleet: ${String(error)}`;
	}
}
