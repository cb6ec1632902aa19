import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { KEPT_BYTES } from "../../model/job-contract.ts";

/** Keeps the begin and the end of an output in files of one size, so that a flood never fills the disk. */
export class OutputFiles {
	readonly #folder: string;
	#number = 0;
	#size = 0;
	totalBytes = 0;
	#file: number;

	constructor(folder: string) {
		this.#folder = folder;
		this.#file = openSync(this.#path(0), "w");
	}

	add(bytes: Buffer): void {
		for (let at = 0; at < bytes.length; ) {
			if (this.#size === KEPT_BYTES) this.#next();
			const written = writeSync(this.#file, bytes, at, Math.min(bytes.length - at, KEPT_BYTES - this.#size));
			at += written;
			this.totalBytes += written;
			this.#size += written;
		}
	}

	close(): void {
		closeSync(this.#file);
	}

	#next(): void {
		closeSync(this.#file);
		this.#number++;
		this.#size = 0;
		this.#file = openSync(this.#path(this.#number), "w");
		if (this.#number > 2) rmSync(this.#path(this.#number - 2), { force: true });
	}

	#path(number: number): string {
		return join(this.#folder, `output.${number}`);
	}
}
