import type { Channels, Unopened } from "./channels.ts";
import { KeptShell, type Question } from "./kept-shell.ts";

export interface Asking extends Question {
	/** How a shell is started where none rests. */
	readonly commandLine: string;
	readonly firstLine: string | null;
	/** Ends the waiting for a session. */
	readonly signal: AbortSignal;
	readonly unopened: (why: Unopened) => void;
}

/** The shells of one connection that stay, as many as are asked at a time. One that rests gives its session to whoever waits for one. */
export class KeptShells {
	readonly #channels: Channels;
	readonly #resting: KeptShell[] = [];

	constructor(channels: Channels) {
		this.#channels = channels;
	}

	/** Asks one that rests, or another one. What is given back gives the question up, and the shell with it. */
	ask(asking: Asking): () => void {
		const resting = this.#take();
		const shell = resting ?? new KeptShell();
		const answered: Question["answered"] = (ran) => {
			this.#rest(shell);
			asking.answered(ran);
		};
		if (resting) resting.ask({ ...asking, answered });
		else this.#open(shell, { ...asking, answered });
		return () => {
			if (shell.channel) this.#channels.giveUp(shell.channel);
		};
	}

	giveWay(): void {
		this.#take()?.end();
	}

	#open(shell: KeptShell, asking: Asking): void {
		const { commandLine, firstLine, signal, unopened } = asking;
		const opening = this.#channels.open({
			commandLine,
			signal,
			begin: (channel) => {
				if (signal.aborted) this.#channels.giveUp(channel);
				else shell.begin(channel, firstLine, asking);
			},
		});
		void opening.then((why) => why !== null && unopened(why));
	}

	#rest(shell: KeptShell): void {
		if (!shell.isOpen) return;
		if (this.#channels.isContested) shell.end();
		else this.#resting.push(shell);
	}

	#take(): KeptShell | undefined {
		for (;;) {
			const shell = this.#resting.pop();
			if (!shell || shell.isOpen) return shell;
		}
	}
}
