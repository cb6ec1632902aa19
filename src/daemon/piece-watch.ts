import type { Pieces } from "../console/pieces-report.ts";
import type { PackagePieces } from "../swarm/messages.ts";

/** However many look, the swarm process is asked no more often. */
const SOONEST_MS = 1000;

export interface PieceWatchOptions {
	/** Rejects while the swarm is down. */
	readonly ask: () => Promise<readonly PackagePieces[]>;
	/** Ms that only grow. */
	readonly clock: () => number;
}

/** Which machine has which pieces, asked of the swarm while somebody looks; nothing is decided from it and it is not kept. */
export class PieceWatch {
	readonly #options: PieceWatchOptions;
	#byPackage: ReadonlyMap<string, Pieces> = new Map();
	#askedAt = Number.NEGATIVE_INFINITY;
	#asked: Promise<void> = Promise.resolve();

	constructor(options: PieceWatchOptions) {
		this.#options = options;
	}

	/** Brings what is known up to the last second. While the swarm is down it stays what it was. */
	look(): Promise<void> {
		const now = this.#options.clock();
		if (now - this.#askedAt < SOONEST_MS) return this.#asked;
		this.#askedAt = now;
		this.#asked = this.#options.ask().then(
			(packages) => {
				this.#byPackage = new Map(packages.map((each) => [each.sha256, byMachine(each)]));
			},
			() => undefined,
		);
		return this.#asked;
	}

	/** undefined: it is not shared. */
	of(sha256: string): Pieces | undefined {
		return this.#byPackage.get(sha256);
	}
}

function byMachine({ pieceCount, machines }: PackagePieces): Pieces {
	return { count: pieceCount, machines: new Map(machines.map((each) => [each.machine, each])) };
}
