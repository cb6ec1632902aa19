// node recover.ts JOURNAL snapshot|whole: starts from the journal as the daemon does and prints what that took, as JSON.
import { DatabaseSync } from "node:sqlite";
import { Ledger } from "../../src/daemon/ledger.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { Journal } from "../../src/record/journal.ts";
import { decideNow } from "./turn.ts";

export interface Recovered {
	readonly seconds: number;
	/** Floors: the same rows read and thrown away, and read and parsed. */
	readonly readSeconds: number;
	readonly parseSeconds: number;
	readonly peakMiB: number;
	readonly machines: number;
}

const NOW = Date.parse("2027-11-23T10:00:00Z");
const LIMITS = { sessions: 64, deliveries: 64 };

function seconds(act: () => void): number {
	const began = performance.now();
	act();
	return (performance.now() - began) / 1000;
}

function snapshotSeq(file: string): number {
	const journal = new Journal(file);
	const seq = journal.latestSnapshot()?.seq ?? 0;
	journal.close();
	return seq;
}

function read(file: string, afterSeq: number, onRow: (body: string) => void): void {
	const db = new DatabaseSync(file, { readOnly: true });
	if (afterSeq > 0) onRow(String(db.prepare("SELECT body FROM snapshots WHERE seq = ?").get(afterSeq)?.body));
	const rows = db.prepare("SELECT body FROM events WHERE seq > ? ORDER BY seq").iterate(afterSeq);
	for (const { body } of rows) onRow(String(body));
	db.close();
}

/** As the ledger does, from the first event on. */
function foldAll(file: string): Fleet {
	const journal = new Journal(file);
	let fleet = EMPTY_FLEET;
	for (const { event } of journal.replay()) fleet = applyEvent(fleet, event);
	journal.close();
	return fleet;
}

function start(file: string): Fleet {
	const journal = new Journal(file);
	const ledger = new Ledger(journal);
	ledger.recover(NOW);
	journal.close();
	return ledger.fleet;
}

const [file = "", how = "snapshot"] = process.argv.slice(2);
let fleet = EMPTY_FLEET;
const took = seconds(() => {
	fleet = how === "whole" ? foldAll(file) : start(file);
});
for (let turn = 0; turn < 50; turn += 1) decideNow(fleet, LIMITS, NOW + turn * 60_000);
const peakMiB = process.resourceUsage().maxRSS / 1024;
const after = how === "whole" ? 0 : snapshotSeq(file);
const recovered: Recovered = {
	seconds: took,
	readSeconds: seconds(() => read(file, after, () => undefined)),
	parseSeconds: seconds(() => read(file, after, (body) => JSON.parse(body))),
	peakMiB,
	machines: fleet.machines.size,
};
process.stdout.write(JSON.stringify(recovered));
