import type { Sample } from "../console/swarm-report.ts";
import type { PeerProgress, Total } from "../swarm/messages.ts";

/** A page has no more points than this; then every second one is left out. */
const MOST = 600;
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

interface Spread {
	sourceBytes: number;
	/** By machine: what it told the tracker that it received, and what the controller sent it. */
	readonly machines: Map<string, { readonly told: Tally; sentBytes: number }>;
	samples: readonly Sample[];
}

/** How packages spread, for people to look at: sums over time since the daemon began. Nothing is decided from it and it is not kept. */
export class SwarmHistory {
	readonly #spreads = new Map<string, Spread>();

	saw(totals: readonly Total[], peers: Iterable<PeerProgress>, at: number): void {
		for (const { sha256, uploadedBytes, byMachine } of totals) {
			const spread = this.#of(sha256);
			spread.sourceBytes = uploadedBytes;
			for (const [machine, bytes] of Object.entries(byMachine)) machineIn(spread, machine).sentBytes = bytes;
		}
		for (const { sha256, machine, downloadedBytes } of peers)
			machineIn(this.#of(sha256), machine).told.add(downloadedBytes);
		for (const spread of this.#spreads.values()) spread.samples = withSample(spread.samples, sampleOf(spread, at));
	}

	samples(sha256: string): readonly Sample[] {
		return this.#spreads.get(sha256)?.samples ?? [];
	}

	/** undefined: nothing is known of it. */
	sentTo(machine: string, sha256: string): number | undefined {
		return this.#spreads.get(sha256)?.machines.get(machine)?.sentBytes;
	}

	#of(sha256: string): Spread {
		const known = this.#spreads.get(sha256);
		if (known) return known;
		const spread: Spread = { sourceBytes: 0, machines: new Map(), samples: [] };
		this.#spreads.set(sha256, spread);
		return spread;
	}
}

function machineIn({ machines }: Spread, name: string) {
	const known = machines.get(name);
	if (known) return known;
	const made = { told: new Tally(), sentBytes: 0 };
	machines.set(name, made);
	return made;
}

/** Who is in no swarm tells nothing, and has what we sent it. */
function sampleOf({ sourceBytes, machines }: Spread, at: number): Sample {
	let receivedBytes = 0;
	for (const { told, sentBytes } of machines.values()) receivedBytes += Math.max(told.sum, sentBytes);
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
