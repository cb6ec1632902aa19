import { Slots } from "./slots.ts";

/** One at a time for each name; who comes meanwhile waits in line. */
export class Turns {
	readonly #byName = new Map<string, { readonly slots: Slots; users: number }>();

	/** Answers nothing when the signal aborts before the turn comes. */
	async take<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T | null> {
		const turn = this.#byName.get(name) ?? { slots: new Slots(1), users: 0 };
		this.#byName.set(name, turn);
		turn.users++;
		const release = await turn.slots.take(signal);
		try {
			return release ? await act() : null;
		} finally {
			release?.();
			turn.users--;
			if (turn.users === 0) this.#byName.delete(name);
		}
	}
}
