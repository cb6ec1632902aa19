import { setTimeout as delay } from "node:timers/promises";
import type { Counters, Link, Network } from "./network.ts";

const EVERY_MS = 200;
/** Of the samples of so long the quickest one counts: a busy computer may take its time to read the counters, and when they were so nobody knows then. */
const CHOICE_MS = 1_000;

interface Sample {
	readonly at: number;
	/** For so long it was being taken around that moment. */
	readonly tookMs: number;
	readonly counters: ReadonlyMap<string, Counters>;
}

/** What the cables carried at each moment, by their counters at the bridge; it goes on until it is stopped. */
export class Rates {
	readonly #network: Network;
	readonly #stop = new AbortController();
	readonly #samples: Sample[] = [];
	#counting: Promise<void> = Promise.resolve();

	constructor(network: Network) {
		this.#network = network;
	}

	async start(): Promise<void> {
		await this.#sample();
		this.#counting = this.#count();
	}

	/** Safe to call twice. */
	async stop(): Promise<void> {
		this.#stop.abort();
		await this.#counting;
	}

	/** Bytes a second that the member sent and received between two moments of `performance.now()`; headers included. */
	between({ port }: Pick<Link, "port">, from: number, to: number): Counters {
		const first = this.#quickest(from, Math.min(from + CHOICE_MS, to));
		const last = this.#quickest(Math.max(to - CHOICE_MS, from), to);
		const [before, after] = [first?.counters.get(port), last?.counters.get(port)];
		if (!first || !last || !before || !after || last.at <= first.at) throw new Error(`${port} was not counted`);
		const seconds = (last.at - first.at) / 1000;
		return {
			sentBytes: (after.sentBytes - before.sentBytes) / seconds,
			receivedBytes: (after.receivedBytes - before.receivedBytes) / seconds,
		};
	}

	/** Bytes since it was started. */
	total({ port }: Pick<Link, "port">): Counters {
		const [before, after] = [this.#samples[0]?.counters.get(port), this.#samples.at(-1)?.counters.get(port)];
		if (!before || !after) throw new Error(`${port} was not counted`);
		return {
			sentBytes: after.sentBytes - before.sentBytes,
			receivedBytes: after.receivedBytes - before.receivedBytes,
		};
	}

	async #count(): Promise<void> {
		while (!this.#stop.signal.aborted) {
			await this.#sample();
			await delay(EVERY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
		}
	}

	async #sample(): Promise<void> {
		const began = performance.now();
		const counters = await this.#network.allCounters();
		const ended = performance.now();
		this.#samples.push({ at: (began + ended) / 2, tookMs: ended - began, counters });
	}

	#quickest(from: number, to: number): Sample | undefined {
		const samples = this.#samples.filter(({ at }) => at >= from && at <= to);
		return samples.toSorted((one, other) => one.tookMs - other.tookMs)[0];
	}
}
