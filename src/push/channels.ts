import { setTimeout } from "node:timers/promises";
import type { Client, ClientChannel } from "ssh2";

/** sshd's own default (MaxSessions in sshd_config(5)). */
const MAX_SESSIONS = 10;

/** sshd closes a session's channel a moment before it counts the session as ended; then one is asked for again. */
const PATIENCE = 10;
const PATIENCE_MS = 100;

/** refused: sshd permits no session at all now.   no_exec: it permits one, and no command in it.   lost: the connection is over. */
export type Unopened = "refused" | "no_exec" | "lost";

export interface Opening {
	readonly commandLine: string;
	readonly signal: AbortSignal;
	/** Called at once: all that the machine has to say may be in the same packet. */
	readonly begin: (channel: ClientChannel) => void;
}

/** The sessions of one connection: as many at a time as sshd permits, which is found out by asking; who comes meanwhile waits in line. */
export class Channels {
	readonly #client: Client;
	readonly #makeRoom: () => void;
	readonly #waiting: (() => void)[] = [];
	readonly #open = new Set<ClientChannel>();
	#limit = MAX_SESSIONS;
	#hasOpened = false;
	/** Asked for, and not yet answered. */
	#opening = 0;

	/** `makeRoom` is told that somebody waits for a session, which may be held by something that can do without. */
	constructor(client: Client, makeRoom: () => void) {
		this.#client = client;
		this.#makeRoom = makeRoom;
		client.once("close", () => {
			for (const leave of this.#waiting.splice(0)) leave();
		});
	}

	/** Somebody waits for a session. */
	get isContested(): boolean {
		return this.#waiting.length > 0;
	}

	/** Answers why there is no channel; null: there is one. `signal` ends the waiting only. */
	async open({ commandLine, signal, begin }: Opening): Promise<Unopened | null> {
		for (let patience = 0; ; ) {
			await this.#turn(signal);
			if (signal.aborted) return "lost";
			const isAlone = this.#count === 0;
			this.#opening++;
			const unopened = await this.#exec(commandLine, begin);
			if (unopened !== "refused") return unopened;
			this.#limit = Math.max(1, Math.min(this.#limit, this.#open.size));
			if (!isAlone) continue;
			if (!this.#hasOpened || patience++ === PATIENCE) return unopened;
			await setTimeout(PATIENCE_MS);
		}
	}

	/** The command is given up: its channel counts no longer here, although sshd may keep it until the command has ended. */
	giveUp(channel: ClientChannel): void {
		channel.close();
		this.#leave(channel);
	}

	get #count(): number {
		return this.#open.size + this.#opening;
	}

	async #turn(signal: AbortSignal): Promise<void> {
		while (this.#count >= this.#limit && !signal.aborted) {
			const { promise, resolve } = Promise.withResolvers<void>();
			const leave = () => {
				this.#waiting.splice(this.#waiting.indexOf(admit), 1);
				resolve();
			};
			const admit = () => {
				signal.removeEventListener("abort", leave);
				resolve();
			};
			this.#waiting.push(admit);
			signal.addEventListener("abort", leave, { once: true });
			this.#makeRoom();
			await promise;
		}
	}

	#leave(channel: ClientChannel): void {
		if (this.#open.delete(channel)) this.#next();
	}

	#next(): void {
		this.#waiting.shift()?.();
	}

	/** ssh2 throws where the socket has ended and 'close' is still to come, and calls back with an error when it comes. */
	#exec(commandLine: string, begin: Opening["begin"]): Promise<Unopened | null> {
		const { promise, resolve } = Promise.withResolvers<Unopened | null>();
		const lost = () => answer("lost");
		const answer = (unopened: Unopened | null) => {
			this.#client.off("close", lost);
			resolve(unopened);
		};
		this.#client.once("close", lost);
		try {
			this.#client.exec(commandLine, (error, channel) => {
				this.#opening--;
				if (error) {
					answer(reasonOf(error));
					return this.#next();
				}
				this.#open.add(channel);
				this.#hasOpened = true;
				channel.once("close", () => this.#leave(channel));
				begin(channel);
				answer(null);
			});
		} catch (error) {
			this.#opening--;
			answer("lost");
			if (!(error instanceof Error) || error.message !== "Not connected") throw error;
		}
		return promise;
	}
}

function reasonOf(error: Error): Unopened {
	if (error.message.includes("Channel open failure")) return "refused";
	return error.message.includes("Unable to exec") ? "no_exec" : "lost";
}
