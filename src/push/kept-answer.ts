import { CappedBuffer } from "./capped-buffer.ts";
import type { Ran } from "./ran.ts";

/** More than the code and what is kept of stderr (scripts/kept-shell.ts). */
const MAX_AFTER_BYTES = 2 ** 16;

/** What comes back of one script in a shell that stays (scripts/kept-shell.ts), in whatever chunks. */
export class KeptAnswer {
	readonly #word: string;
	readonly #stdout: CappedBuffer;
	/** What may be the beginning of the word. */
	#held: Buffer = Buffer.alloc(0);
	/** From the first word on; null: it has not come yet. */
	#after: string | null = null;

	constructor(word: string, maxOutputBytes: number) {
		this.#word = word;
		this.#stdout = new CappedBuffer(maxOutputBytes);
	}

	/** It says more than it may, and will not end. */
	get isFlooded(): boolean {
		return this.#stdout.isFlooded || (this.#after?.length ?? 0) > MAX_AFTER_BYTES;
	}

	/** Null: there is more to come. */
	add(chunk: Buffer): Ran | null {
		if (this.#after !== null) this.#after += chunk.toString("latin1");
		else this.#look(this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]));
		if (!this.#after?.endsWith(`${this.#word}\n`)) return null;
		const end = this.#after.indexOf("\n");
		const stderr = Buffer.from(this.#after.slice(end + 1, -this.#word.length - 1), "latin1");
		return { kind: "ran", exitCode: Number(this.#after.slice(0, end)), stdout: this.#stdout.bytes(), stderr };
	}

	/** What was printed so far, when no more will come. */
	rest(): Buffer {
		this.#stdout.add(this.#held);
		return this.#stdout.bytes();
	}

	#look(bytes: Buffer): void {
		const at = bytes.indexOf(this.#word);
		const end = at === -1 ? Math.max(0, bytes.length - this.#word.length) : at;
		this.#stdout.add(bytes.subarray(0, end));
		if (at === -1) this.#held = bytes.subarray(end);
		else this.#after = bytes.toString("latin1", at + this.#word.length);
	}
}
