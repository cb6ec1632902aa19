import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Change } from "../notify/event-notices.ts";
import { applyEvent } from "../plan/apply-event.ts";
import { EMPTY_FLEET } from "../plan/empty-fleet.ts";
import type { Journal } from "../record/journal.ts";
import { keepFleet, latestFleet } from "./kept-fleet.ts";

export interface LedgerOptions {
	/** A snapshot is kept after so many events: the most that a start has to fold. */
	readonly snapshotEvery: number;
	/** A snapshot that could not be read or written. Nothing is lost by it but time. */
	readonly onProblem: (detail: string) => void;
	/** Events were written, if not yet to the disk, which took so long together with applying them; `fleet` is still that before them. */
	readonly onWritten: (events: readonly Event[], tookMs: number) => void;
	/** They are applied, too, and on the disk; told of those that a start reads after its snapshot as well. */
	readonly onChanged: (changes: readonly Change[]) => void;
	readonly onKept: (kept: { readonly seq: number; readonly sizeBytes: number; readonly durationMs: number }) => void;
}

/** Folding so many takes about a second; writing 10,000 machines down stops the loop for about a tenth of one. */
const SNAPSHOT_EVERY = 50_000;

const IN_SILENCE: LedgerOptions = {
	snapshotEvery: SNAPSHOT_EVERY,
	onProblem: () => undefined,
	onWritten: () => undefined,
	onChanged: () => undefined,
	onKept: () => undefined,
};

/** The fleet and its journal, always in step: what changes the one is first written into the other. What anybody else is to see of it waits for `onDisk`. */
export class Ledger {
	readonly #journal: Journal;
	readonly #options: LedgerOptions;
	#fleet: Fleet = EMPTY_FLEET;
	/** The journal's last event, which is in the fleet. */
	#last = { seq: 0, at: 0 };
	/** The last event that is in a snapshot. */
	#keptSeq = 0;
	/** Somebody else wrote into the journal, or it was not read first: the fleet is not what its events come to. */
	#isAstray = false;

	constructor(journal: Journal, options: Partial<LedgerOptions> = {}) {
		this.#journal = journal;
		this.#options = { ...IN_SILENCE, ...options };
	}

	get fleet(): Fleet {
		return this.#fleet;
	}

	/** Folds the newest good snapshot and the events after it, then states of every step without an outcome that it was interrupted. */
	recover(now: number): void {
		const { fleet, seq } = latestFleet(this.#journal, this.#options.onProblem);
		this.#fleet = fleet;
		this.#keptSeq = seq;
		for (const line of this.#journal.replay(seq)) {
			const before = this.#fleet;
			this.#fleet = applyEvent(before, line.event);
			this.#options.onChanged([{ ...line, before, after: this.#fleet }]);
		}
		this.#last = { seq: this.#journal.lastSeq(), at: now };
		const interrupted = [...this.#fleet.running.values()].map(
			({ step }): Event => ({ kind: "StepInterrupted", step, at: now }),
		);
		this.record([...interrupted, { kind: "DaemonStarted", at: now }]);
	}

	/** Writes and applies the events that change anything, in order; returns whether any did. */
	record(events: readonly Event[]): boolean {
		const beganAt = performance.now();
		const worth: Omit<Change, "seq">[] = [];
		let next = this.#fleet;
		for (const event of events) {
			const after = applyEvent(next, event);
			if (after !== next || isRecordAlone(event)) worth.push({ event, before: next, after });
			next = after;
		}
		if (worth.length > 0)
			this.#append(
				worth.map(({ event }) => event),
				beganAt,
			);
		this.#fleet = next;
		const firstSeq = this.#last.seq - worth.length + 1;
		const changes = worth.map((each, index) => ({ seq: firstSeq + index, ...each }));
		if (changes.length > 0) void this.onDisk().then(() => this.#options.onChanged(changes));
		if (this.#last.seq - this.#keptSeq >= this.#options.snapshotEvery) this.keepSnapshot();
		return worth.length > 0;
	}

	/** Resolves when all that was recorded is on the disk; rejects when the disk does not take it. */
	onDisk(): Promise<void> {
		return this.#journal.onDisk();
	}

	/** Keeps a snapshot unless the last one still says all. Throws nothing: the events are on the disk as they are. */
	keepSnapshot(): void {
		const { seq, at } = this.#last;
		if (seq === this.#keptSeq || this.#isAstray) return;
		const beganAt = performance.now();
		// Also when it fails: the next try comes after as many events again, not with each of them.
		this.#keptSeq = seq;
		try {
			const sizeBytes = keepFleet(this.#journal, { fleet: this.#fleet, seq }, at);
			this.#options.onKept({ seq, sizeBytes, durationMs: performance.now() - beganAt });
		} catch (error) {
			this.#options.onProblem(`the snapshot of event ${seq} was not kept: ${String(error)}`);
		}
	}

	#append(events: readonly Event[], beganAt: number): void {
		const seq = this.#journal.append(events);
		if (seq !== this.#last.seq + events.length) this.#isAstray = true;
		this.#last = { seq, at: events.at(-1)?.at ?? this.#last.at };
		this.#options.onWritten(events, performance.now() - beganAt);
	}
}

/** What is kept although nothing is decided from it. */
function isRecordAlone({ kind }: Event): boolean {
	return RECORDS.has(kind);
}

const RECORDS: ReadonlySet<Event["kind"]> = new Set([
	"DeliveryChosen",
	"MachineCleaned",
	"Reloaded",
	"TokenMade",
	"TokenRevoked",
	"LoggedIn",
	"OrderRefused",
]);
