import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Event } from "../../model/event.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { Held } from "../../plan/held.ts";
import { version } from "../version.ts";
import { EventCounts } from "./event-counts.ts";
import { FleetGauges } from "./fleet-gauges.ts";

/** What is looked at when somebody asks. */
export interface MetricSources {
	readonly fleet: () => Fleet;
	readonly now: () => number;
	readonly journal: {
		lastSeq(): number;
		sizeBytes(): number;
		/** Bytes by package. */
		uplink(): ReadonlyMap<string, number>;
	};
	readonly openSshSessions: () => number;
	/** Brings the journal's count of the uplink up to now. */
	readonly readUplink: () => Promise<void>;
	/** By where they go. */
	readonly noticesWaiting: () => ReadonlyMap<string, number>;
}

const KEPT_MS = 1_000;
const NEVER: { readonly madeAt: number; readonly text: Promise<string> } = {
	madeAt: Number.NEGATIVE_INFINITY,
	text: Promise.resolve(""),
};
const TURN_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What Prometheus is told, in its text format. Each daemon has a registry of its own. */
export class Metrics {
	readonly registry = new Registry();
	readonly #counts: EventCounts;
	readonly #gauges: FleetGauges;
	readonly #notices: Counter<"sink" | "outcome">;
	readonly #refusals: Counter<"status">;
	readonly #decide: Histogram;
	readonly #apply: Histogram;
	readonly #sources: MetricSources;
	#held: readonly Held[] = [];
	#text = NEVER;

	constructor(sources: MetricSources) {
		this.#sources = sources;
		this.#counts = new EventCounts(this.registry);
		this.#gauges = new FleetGauges(this.registry);
		const duration = (name: string, help: string) =>
			new Histogram({ name: `fleetseed_${name}`, help, buckets: TURN_SECONDS, registers: [this.registry] });
		this.#decide = duration("decide_duration_seconds", "How long it took to decide what to do.");
		this.#apply = duration("apply_duration_seconds", "How long it took to apply events and write them to the disk.");
		this.#notices = new Counter({
			name: "fleetseed_notices_total",
			help: "Notices by where they go and what became of them; one that is tried again counts each time.",
			labelNames: ["sink", "outcome"],
			registers: [this.registry],
		});
		this.#refusals = new Counter({
			name: "fleetseed_api_refusals_total",
			help: "Requests over TCP that were refused, by HTTP status: 401 no token that counts, 403 role or origin, 421 host, 429 too many.",
			labelNames: ["status"],
			registers: [this.registry],
		});
		this.#addReadings();
		collectDefaultMetrics({ register: this.registry });
	}

	/** Before they are applied; the time is that of applying and writing. */
	wrote(events: readonly Event[], tookMs: number): void {
		this.#counts.count(events, this.#sources.fleet());
		this.#apply.observe(tookMs / 1000);
	}

	decided(held: readonly Held[], tookMs: number): void {
		this.#held = held;
		this.#decide.observe(tookMs / 1000);
	}

	noticed({
		sink,
		outcome,
		notices,
	}: {
		readonly sink: string;
		readonly outcome: string;
		readonly notices: number;
	}): void {
		this.#notices.inc({ sink, outcome }, notices);
	}

	refused(status: number): void {
		this.#refusals.inc({ status });
	}

	get contentType(): string {
		return this.registry.contentType;
	}

	/** The same to all who ask within a second: counting ten thousand machines takes a while. */
	text(): Promise<string> {
		const now = performance.now();
		if (now - this.#text.madeAt >= KEPT_MS) {
			this.#text = { madeAt: now, text: this.#make() };
			this.#text.text.catch(() => {
				this.#text = NEVER;
			});
		}
		return this.#text.text;
	}

	async #make(): Promise<string> {
		const { fleet, now, readUplink } = this.#sources;
		await readUplink();
		this.#gauges.set({ fleet: fleet(), held: this.#held, now: now() });
		return this.registry.metrics();
	}

	#addReadings(): void {
		const { journal, openSshSessions, noticesWaiting } = this.#sources;
		const registers = [this.registry];
		const reading = (name: string, help: string, read: () => number) =>
			new Gauge({
				name: `fleetseed_${name}`,
				help,
				registers,
				collect() {
					this.set(read());
				},
			});
		reading("journal_sequence", "The number of the journal's newest event.", () => journal.lastSeq());
		reading("journal_size_bytes", "The journal's size on the disk, without its log of writes to come.", () =>
			journal.sizeBytes(),
		);
		reading("ssh_sessions_open", "SSH connections to machines that are open.", openSshSessions);
		new Counter({
			name: "fleetseed_uplink_bytes_total",
			help: "Bytes that the controller sent to machines, over all its lives.",
			registers,
			collect() {
				this.reset();
				this.inc([...journal.uplink().values()].reduce((sum, bytes) => sum + bytes, 0));
			},
		});
		new Gauge({
			name: "fleetseed_notices_waiting",
			help: "Notices that are still to be sent.",
			labelNames: ["sink"],
			registers,
			collect() {
				this.reset();
				for (const [sink, many] of noticesWaiting()) this.set({ sink }, many);
			},
		});
		const build = new Gauge({
			name: "fleetseed_build_info",
			help: "Always 1; the release is its label.",
			labelNames: ["version"],
			registers,
		});
		build.set({ version: version() }, 1);
	}
}
