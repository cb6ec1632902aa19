import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Ledger } from "../../src/daemon/ledger.ts";
import { Journal } from "../../src/record/journal.ts";
import { bigPolicies, machineEvents, policyEvents } from "./big-fleet.ts";
import type { Figure } from "./figures.ts";
import type { Recovered } from "./recover.ts";
import { turn } from "./turn.ts";
import { World } from "./world.ts";

export interface Fold {
	readonly machines: number;
	readonly events: number;
	/** Events after the newest snapshot. */
	readonly tail: number;
	/** As the daemon starts: the newest snapshot, and the events after it. */
	readonly snapshot: Recovered;
	/** As it would without snapshots. */
	readonly whole: Recovered;
}

interface Wanted {
	readonly machines: number;
	readonly events: number;
	readonly onEvents: (events: number) => void;
}

const NOW = Date.parse("2026-11-23T10:00:00Z");
/** Large, so that writing the journal does not take the benchmark's time; what it holds is the same. */
const LIMITS = { sessions: 2_000, deliveries: 2_000 };
const SNAPSHOT_SHARE = 20;

export async function measureFold(wanted: Wanted): Promise<Fold> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-bench-"));
	try {
		const file = join(folder, "journal.sqlite");
		const { events, tail } = write(file, wanted);
		const snapshot = await recover(file, "snapshot");
		const whole = await recover(file, "whole");
		return { machines: wanted.machines, events, tail, snapshot, whole };
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** The life of a daemon: run after run of twenty policies, each with a new version of its package. It ends half an interval after a snapshot. */
function write(
	file: string,
	{ machines, events, onEvents }: Wanted,
): { readonly events: number; readonly tail: number } {
	const journal = new Journal(file);
	let keptSeq = 0;
	const snapshotEvery = events / SNAPSHOT_SHARE;
	const ledger = new Ledger(journal, { snapshotEvery, onKept: ({ seq }) => (keptSeq = seq) });
	const world = new World();
	ledger.recover(NOW);
	ledger.record(machineEvents(machines, NOW));
	let [version, now] = [0, NOW];
	for (let seq = 0; seq < events || seq - keptSeq < snapshotEvery / 2; seq = journal.lastSeq()) {
		const { steps } = turn(ledger, { world, limits: LIMITS, now });
		now += 2_000;
		onEvents(seq);
		if (steps.length > 0) continue;
		version += 1;
		ledger.record(policyEvents(bigPolicies({ selection: "two", version, concurrency: LIMITS.sessions }), now));
	}
	const last = journal.lastSeq();
	journal.close();
	return { events: last, tail: last - keptSeq };
}

/** In a process of its own, so that its memory is its own too. */
async function recover(file: string, how: "snapshot" | "whole"): Promise<Recovered> {
	const script = fileURLToPath(new URL("recover.ts", import.meta.url));
	const { stdout } = await promisify(execFile)(process.execPath, [
		"--disable-warning=ExperimentalWarning",
		script,
		file,
		how,
	]);
	return JSON.parse(stdout) as Recovered;
}

export function foldFigures({ events, tail, snapshot, whole }: Fold, isFull: boolean): readonly Figure[] {
	const of = `${events.toLocaleString("en")} events`;
	const promised = <T>(bound: T) => (isFull ? bound : {});
	return [
		{
			what: `start from a journal of ${of}: a snapshot and ${tail.toLocaleString("en")} after it`,
			value: snapshot.seconds,
			unit: "s",
			floor: { what: "reading the same rows, unparsed", value: snapshot.readSeconds },
			...promised({ atMost: 5 }),
		},
		{
			what: "its memory, fifty decisions later",
			value: snapshot.peakMiB,
			unit: "MiB",
			...promised({ atMost: 512 }),
		},
		{
			what: `fold of all ${of}, without snapshots`,
			value: whole.seconds,
			unit: "s",
			floor: { what: "reading and parsing all rows", value: whole.parseSeconds },
		},
		{ what: "its memory", value: whole.peakMiB, unit: "MiB", ...promised({ atMost: 512 }) },
	];
}
