import { Slots } from "./slots.ts";
import type { Target } from "./target.ts";

/**
 * Handshakes at once at one address: sshd begins to turn some away at ten that have not logged in (MaxStartups 10:30:100), others' among
 * them, and counts one a moment longer than we do.
 */
const AT_ONE_ADDRESS = 4;

/** Who may begin a handshake: several names may lead to one sshd, while one that is slow must not hold up the others. */
export class Starts {
	readonly #byAddress = new Map<string, { readonly slots: Slots; users: number }>();

	/** Answers a function that gives the place back; null when the signal aborts first. */
	async take({ address, port, jumps = [] }: Target, signal: AbortSignal): Promise<(() => void) | null> {
		const key = JSON.stringify([address, port, jumps.map((hop) => [hop.address, hop.port])]);
		const at = this.#byAddress.get(key) ?? { slots: new Slots(AT_ONE_ADDRESS), users: 0 };
		this.#byAddress.set(key, at);
		at.users++;
		const leave = () => {
			at.users--;
			if (at.users === 0) this.#byAddress.delete(key);
		};
		const give = await at.slots.take(signal);
		if (give === null) {
			leave();
			return null;
		}
		return () => {
			give();
			leave();
		};
	}
}
