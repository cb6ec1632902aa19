import { Slots } from "./slots.ts";
import type { Target } from "./target.ts";

/**
 * Handshakes at once at one address: sshd begins to turn some away at ten that have not logged in (MaxStartups 10:30:100), others' among
 * them, and counts one a moment longer than we do.
 */
const AT_ONE_ADDRESS = 4;

/** Handshakes at once through one machine on the way, which passes bytes on and counts none of them: a score that stall leave room for others. */
const THROUGH_ONE_MACHINE = 32;

export type Way = Pick<Target, "address" | "port" | "jumps">;

/** Who may begin a handshake: several names may lead to one sshd, while one that is slow must not hold up the others. */
export class Starts {
	readonly #byPlace = new Map<string, { readonly slots: Slots; users: number }>();

	/** Answers a function that gives the place back; null when the signal aborts first. */
	async take({ address, port, jumps = [] }: Way, signal: AbortSignal): Promise<(() => void) | null> {
		const way = jumps.map((hop) => [hop.address, hop.port]);
		const leave = await this.#takeAt(JSON.stringify([address, port, way]), AT_ONE_ADDRESS, signal);
		if (leave === null || way.length === 0) return leave;
		const leaveWay = await this.#takeAt(JSON.stringify(way), THROUGH_ONE_MACHINE, signal);
		if (leaveWay === null) {
			leave();
			return null;
		}
		return () => {
			leaveWay();
			leave();
		};
	}

	async #takeAt(key: string, count: number, signal: AbortSignal): Promise<(() => void) | null> {
		const at = this.#byPlace.get(key) ?? { slots: new Slots(count), users: 0 };
		this.#byPlace.set(key, at);
		at.users++;
		const leave = () => {
			at.users--;
			if (at.users === 0) this.#byPlace.delete(key);
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
