/** Bytes and the clock go on without an event: what is kept is at most so old. */
const LONGEST_MS = 250;

interface KeepingOptions {
	/** In ms that only grow. */
	readonly clock?: () => number;
	readonly longestMs?: number;
}

interface Kept {
	readonly madeAt: number;
	readonly answer: Promise<unknown>;
}

/** Makes an answer once for all who ask the same while nothing has happened, however many they are. */
export class KeptAnswers {
	readonly #kept = new Map<string, Kept>();
	readonly #clock: () => number;
	readonly #longestMs: number;
	#madeOf: readonly unknown[] = [];

	constructor({ clock = () => performance.now(), longestMs = LONGEST_MS }: KeepingOptions = {}) {
		this.#clock = clock;
		this.#longestMs = longestMs;
	}

	/** `madeOf`: what the answers tell of; with anything else in it nothing that is kept counts any more. */
	answer<Answer>(question: string, madeOf: readonly unknown[], make: () => Promise<Answer>): Promise<Answer> {
		if (madeOf.some((each, index) => each !== this.#madeOf[index])) this.#kept.clear();
		this.#madeOf = madeOf;
		const known = this.#kept.get(question);
		const madeAt = this.#clock();
		// Whoever keeps a question has had its answer made of the same kind.
		if (known && madeAt - known.madeAt < this.#longestMs) return known.answer as Promise<Answer>;
		const answer = make();
		this.#kept.set(question, { madeAt, answer });
		answer.catch(() => this.#kept.delete(question));
		return answer;
	}
}
