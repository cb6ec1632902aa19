import { SwarmDown } from "./swarm-down.ts";

interface Call {
	readonly resolve: (answer: unknown) => void;
	readonly reject: (error: Error) => void;
}

/** Calls over a channel of messages: each waits for the answer with its number, until its deadline. */
export class Calls {
	readonly #calls = new Map<number, Call>();
	#last = 0;

	make<Answer>(timeoutMs: number, send: (id: number) => void): Promise<Answer> {
		const id = ++this.#last;
		return new Promise<Answer>((resolve, reject) => {
			const timer = setTimeout(() => this.reject(id, new SwarmDown(`no answer within ${timeoutMs} ms`)), timeoutMs);
			const ended = () => {
				clearTimeout(timer);
				this.#calls.delete(id);
			};
			this.#calls.set(id, {
				resolve: (answer) => {
					ended();
					resolve(answer as Answer);
				},
				reject: (error) => {
					ended();
					reject(error);
				},
			});
			send(id);
		});
	}

	resolve(id: number, answer: unknown): void {
		this.#calls.get(id)?.resolve(answer);
	}

	reject(id: number, error: Error): void {
		this.#calls.get(id)?.reject(error);
	}

	rejectAll(error: Error): void {
		for (const call of [...this.#calls.values()]) call.reject(error);
	}
}
