import assert from "node:assert/strict";
import { Ledger } from "../../src/daemon/ledger.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { fleetToJson } from "../../src/plan/fleet-json.ts";
import { Journal } from "../../src/record/journal.ts";
import { bigPolicies, machineEvents, policyEvents } from "../bench/big-fleet.ts";
import { decideNow, turn } from "../bench/turn.ts";
import { World } from "../bench/world.ts";

export const NOW = Date.parse("2026-11-23T10:00:00Z");
const limits = { sessions: 40, deliveries: 40 };
const MACHINES = 80;

interface Life {
	readonly file: string;
	readonly snapshotEvery?: number;
	readonly turns?: number;
	/** Steps are in flight when it ends. */
	readonly isCutOff?: boolean;
}

/** A daemon's life: it recovers, works for some turns, and is gone without an orderly stop. Answers the fleet it had. */
export function live({ file, snapshotEvery = 1_000_000, turns = 12, isCutOff = false }: Life): Fleet {
	const journal = new Journal(file);
	const ledger = new Ledger(journal, { snapshotEvery });
	ledger.recover(NOW);
	if (ledger.fleet.machines.size === 0) {
		ledger.record(policyEvents(bigPolicies({ selection: "two" }), NOW));
		ledger.record(machineEvents(MACHINES, NOW));
	}
	const world = new World();
	for (let index = 0; index < turns; index += 1) turn(ledger, { world, limits, now: NOW + index * 2000 });
	const late = NOW + turns * 2000;
	const { steps } = decideNow(ledger.fleet, limits, late);
	if (isCutOff) ledger.record(steps.map((step) => ({ kind: "StepStarted", step, at: late })));
	journal.close();
	return ledger.fleet;
}

interface Start {
	readonly fleet: Fleet;
	readonly problems: readonly string[];
	/** Events that were read. */
	readonly folded: number;
}

/** What the next start makes of the file; nothing is recorded by it when no step was in flight. */
export function start(file: string): Start {
	const problems: string[] = [];
	let folded = 0;
	class Counting extends Journal {
		override *replay(afterSeq?: number): ReturnType<Journal["replay"]> {
			for (const line of super.replay(afterSeq)) {
				folded += 1;
				yield line;
			}
		}
	}
	const journal = new Counting(file);
	const ledger = new Ledger(journal, { onProblem: (detail) => problems.push(detail) });
	ledger.recover(NOW);
	journal.close();
	return { fleet: ledger.fleet, problems, folded };
}

export function wholeFold(file: string): Fleet {
	const journal = new Journal(file);
	let fleet = EMPTY_FLEET;
	for (const { event } of journal.replay()) fleet = applyEvent(fleet, event);
	journal.close();
	return fleet;
}

export function eventsIn(file: string): number {
	const journal = new Journal(file);
	const events = journal.lastSeq();
	journal.close();
	return events;
}

export function assertSame(a: Fleet, b: Fleet): void {
	assert.deepEqual(fleetToJson(a), fleetToJson(b));
}
