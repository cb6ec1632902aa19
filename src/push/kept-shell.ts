import { randomBytes } from "node:crypto";
import type { ClientChannel } from "ssh2";
import { CappedBuffer } from "./capped-buffer.ts";
import { KeptAnswer } from "./kept-answer.ts";
import type { Ran } from "./ran.ts";
import { framed } from "./scripts/kept-shell.ts";

const STDERR_BYTES = 4_096;

export interface Question {
	readonly text: string;
	readonly maxOutputBytes: number;
	readonly answered: (ran: Ran) => void;
	/** It answers without an end. */
	readonly flooded: () => void;
	/** The shell is gone before it answered. Null: without an exit status, so what became of the script is not known. */
	readonly ended: (ran: Ran | null) => void;
}

/** A shell at the machine that runs one script after the other (scripts/kept-shell.ts): a script more costs it no session, no login shell and no sudo. */
export class KeptShell {
	readonly #word = randomBytes(16).toString("hex");
	readonly #stderr = new CappedBuffer(STDERR_BYTES);
	#channel: ClientChannel | null = null;
	#answer: KeptAnswer | null = null;
	#question: Question | null = null;
	#isOpen = true;
	#exitCode: number | null | undefined;

	/** It will take another script. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	/** Null: it is not there yet. */
	get channel(): ClientChannel | null {
		return this.#channel;
	}

	/** Its channel is there, and asked its first question. `firstLine` is not the shell's, but of who starts it. */
	begin(channel: ClientChannel, firstLine: string | null, question: Question): void {
		this.#channel = channel;
		channel.on("data", (chunk: Buffer) => this.#hear(chunk));
		channel.stderr.on("data", (chunk: Buffer) => this.#stderr.add(chunk));
		channel.on("exit", (code: number | null) => {
			this.#exitCode = code;
		});
		channel.on("error", () => channel.close());
		channel.on("close", () => this.#close());
		this.#ask(`${firstLine === null ? "" : `${firstLine}\n`}${this.#word}\n`, question);
	}

	/** One at a time. */
	ask(question: Question): void {
		this.#ask("", question);
	}

	/** It is asked nothing more, and goes. */
	end(): void {
		this.#isOpen = false;
		this.#channel?.end();
	}

	#ask(before: string, question: Question): void {
		const { text, maxOutputBytes } = question;
		this.#question = question;
		this.#answer = new KeptAnswer(this.#word, maxOutputBytes);
		this.#channel?.write(`${before}${framed(this.#word, text)}`);
	}

	#hear(chunk: Buffer): void {
		const [question, answer] = [this.#question, this.#answer];
		const ran = answer?.add(chunk);
		if (!ran && !answer?.isFlooded) return;
		[this.#question, this.#answer] = [null, null];
		if (ran) question?.answered(ran);
		else question?.flooded();
	}

	/** It has not run the script to its end, whatever code it exits with. */
	#close(): void {
		this.#isOpen = false;
		const [exitCode, stdout] = [this.#exitCode || undefined, this.#answer?.rest() ?? Buffer.alloc(0)];
		const ran: Ran = { kind: "ran", exitCode, stdout, stderr: this.#stderr.bytes() };
		this.#question?.ended(this.#exitCode === undefined ? null : ran);
	}
}
