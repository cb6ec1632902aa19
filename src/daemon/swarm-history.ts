import type { Sample } from "../console/swarm-report.ts";
import type { PeerProgress, Sending } from "../swarm/messages.ts";

/** A page has no more points than this; then every second one is left out. */
const MOST = 600;
/** Packages: more than are ever on their way at a time. Beyond them those are forgotten that rested longest. */
const MOST_PACKAGES = 100;
/** However often people look. */
const SOONEST_MS = 1000;

/** Adds up what a machine's peer counts, over its restarts: a count that falls begins from zero. */
class Tally {
	sum = 0;
	#last = 0;

	add(total: number): void {
		this.sum += total >= this.#last ? total - this.#last : total;
		this.#last = total;
	}
}

interface Received {
	readonly told: Tally;
	sentBytes: number;
}

interface Spread {
	sourceBytes: number;
	/** By machine: what it told the tracker that it received, and what the controller sent it. */
	readonly machines: Map<string, Received>;
	/** By all machines. */
	receivedBytes: number;
	samples: readonly Sample[];
}

/** How packages spread, for people to look at: sums over time since the daemon began. Nothing is decided from it and it is not kept. */
export class SwarmHistory {
	readonly #spreads = new Map<string, Spread>();

	/** By the controller, each byte once. */
	sent(sent: readonly Sending[]): void {
		for (const { sha256, machine, bytes } of sent) {
			const spread = this.#of(sha256);
			spread.sourceBytes += bytes;
			change(spread, machine, (received) => {
				received.sentBytes += bytes;
			});
		}
	}

	/** `peers`: of those that told anything since the last time. */
	saw(peers: Iterable<PeerProgress>, at: number): void {
		for (const { sha256, machine, downloadedBytes } of peers)
			change(this.#of(sha256), machine, ({ told }) => told.add(downloadedBytes));
		for (const spread of this.#spreads.values()) spread.samples = withSample(spread.samples, sampleOf(spread, at));
	}

	samples(sha256: string): readonly Sample[] {
		return this.#spreads.get(sha256)?.samples ?? [];
	}

	/** undefined: nothing is known of it. */
	sentTo(machine: string, sha256: string): number | undefined {
		return this.#spreads.get(sha256)?.machines.get(machine)?.sentBytes;
	}

	/** It is the one that moved last. */
	#of(sha256: string): Spread {
		const spread = this.#spreads.get(sha256) ?? { sourceBytes: 0, machines: new Map(), receivedBytes: 0, samples: [] };
		this.#spreads.delete(sha256);
		this.#spreads.set(sha256, spread);
		const [oldest] = this.#spreads.keys();
		if (oldest !== undefined && this.#spreads.size > MOST_PACKAGES) this.#spreads.delete(oldest);
		return spread;
	}
}

/** The sum goes along: a fleet is large, and looked at every two seconds. */
function change(spread: Spread, name: string, by: (received: Received) => void): void {
	const received = spread.machines.get(name) ?? { told: new Tally(), sentBytes: 0 };
	spread.machines.set(name, received);
	const before = bytesOf(received);
	by(received);
	spread.receivedBytes += bytesOf(received) - before;
}

/** Who is in no swarm tells nothing, and has what we sent it. */
function bytesOf({ told, sentBytes }: Received): number {
	return Math.max(told.sum, sentBytes);
}

function sampleOf({ sourceBytes, receivedBytes }: Spread, at: number): Sample {
	return { at, sourceBytes, receivedBytes };
}

/** The last point is moved along while nothing moves, or while it is near the one before it: so a pause costs no room. */
function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
	const [before, last] = samples.slice(-2);
	const isMovedAlong =
		before && last && (last.at - before.at < SOONEST_MS || (isSame(before, last) && isSame(last, sample)));
	const all = [...(isMovedAlong ? samples.slice(0, -1) : samples), sample];
	return all.length <= MOST ? all : all.filter((_, index) => index % 2 === 0 || index === all.length - 1);
}

function isSame(one: Sample, other: Sample): boolean {
	return one.sourceBytes === other.sourceBytes && one.receivedBytes === other.receivedBytes;
}
