import type { Total } from "./messages.ts";

/** What was sent, over all swarm processes: each counts from zero, and what one sent after it was last asked is not known. */
export class RunningTotals {
	#ended: readonly Total[] = [];
	#last: readonly Total[] = [];

	/** The process's own count, put on top of that of those before it. */
	count(totals: readonly Total[]): readonly Total[] {
		this.#last = totals;
		return sum(this.#ended, totals);
	}

	processEnded(): void {
		this.#ended = this.count(this.#last);
		this.#last = [];
	}
}

function sum(some: readonly Total[], others: readonly Total[]): readonly Total[] {
	const bySha256 = Map.groupBy([...some, ...others], ({ sha256 }) => sha256);
	return [...bySha256].map(([sha256, each]) => {
		const byMachine: Record<string, number> = {};
		for (const [machine, bytes] of each.flatMap((total) => Object.entries(total.byMachine)))
			byMachine[machine] = (byMachine[machine] ?? 0) + bytes;
		return { sha256, uploadedBytes: each.reduce((all, { uploadedBytes }) => all + uploadedBytes, 0), byMachine };
	});
}
