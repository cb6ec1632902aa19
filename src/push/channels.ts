import type { Client, ClientChannel } from "ssh2";

/** sshd's own default (MaxSessions in sshd_config(5)). */
const MAX_SESSIONS = 10;

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
	readonly #waiting: (() => void)[] = [];
	#limit = MAX_SESSIONS;
	#open = 0;

	constructor(client: Client) {
		this.#client = client;
		client.once("close", () => {
			for (const leave of this.#waiting.splice(0)) leave();
		});
	}

	/** Answers why there is no channel; null: there is one. `signal` ends the waiting only. */
	async open({ commandLine, signal, begin }: Opening): Promise<Unopened | null> {
		for (;;) {
			await this.#turn(signal);
			if (signal.aborted) return "lost";
			this.#open++;
			const unopened = await this.#exec(commandLine, begin);
			if (unopened === null) return null;
			this.#leave();
			if (unopened !== "refused" || this.#open === 0) return unopened;
			this.#limit = Math.min(this.#limit, this.#open);
		}
	}

	async #turn(signal: AbortSignal): Promise<void> {
		while (this.#open >= this.#limit && !signal.aborted) {
			const { promise, resolve } = Promise.withResolvers<void>();
			this.#waiting.push(resolve);
			signal.addEventListener("abort", () => resolve(), { once: true });
			await promise;
		}
	}

	#leave(): void {
		this.#open--;
		this.#waiting.shift()?.();
	}

	/** ssh2 throws where the socket has ended and 'close' is still to come, and calls back with an error when it comes. */
	#exec(commandLine: string, begin: Opening["begin"]): Promise<Unopened | null> {
		return new Promise((resolve) => {
			try {
				this.#client.once("close", lost);
				this.#client.exec(commandLine, (error, channel) => {
					this.#client.off("close", lost);
					if (error) return resolve(reasonOf(error));
					channel.once("close", () => this.#leave());
					begin(channel);
					resolve(null);
				});
			} catch (error) {
				this.#client.off("close", lost);
				if (!(error instanceof Error) || error.message !== "Not connected") throw error;
				resolve("lost");
			}
			function lost() {
				resolve("lost");
			}
		});
	}
}

function reasonOf(error: Error): Unopened {
	if (error.message.includes("Channel open failure")) return "refused";
	return error.message.includes("Unable to exec") ? "no_exec" : "lost";
}
