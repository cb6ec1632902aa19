import { close, open, read } from "node:fs";
import type { ChunkStore, ReadDone } from "webtorrent-hybrid";

type Done = (error: Error | null) => void;

/** Read from the disk at once: whoever asks for a block of a piece asks for the next ones, too. */
const STRETCH_BYTES = 512 * 1024;
/** Kept until they are read to the end, a little more than the pieces that are shown at a time. */
const STRETCHES = 12;

/**
 * A chunk store that only reads one finished file, in stretches that several blocks share. The library's own opens the
 * file for writing and reads the whole piece for each block of 16 KiB.
 */
export function packageFile(path: string, sizeBytes: number): new (chunkLength: number) => ChunkStore {
	return class PackageFile implements ChunkStore {
		readonly #chunkLength: number;
		#file: Promise<number> | null = null;
		/** By number, the one that was used longest ago first. */
		readonly #stretches = new Map<number, Promise<Uint8Array>>();

		constructor(chunkLength: number) {
			this.#chunkLength = chunkLength;
		}

		get(index: number, range: { offset?: number; length?: number } | null, done: ReadDone): void {
			const offset = range?.offset ?? 0;
			const start = index * this.#chunkLength + offset;
			const length = Math.min(range?.length ?? this.#chunkLength - offset, sizeBytes - start);
			this.#read(start, length).then(
				(bytes) => done(null, bytes),
				(error: Error) => done(error),
			);
		}

		async #read(start: number, length: number): Promise<Uint8Array> {
			if (length <= 0) throw new Error("a read beyond the end of the package");
			const number = Math.floor(start / STRETCH_BYTES);
			const from = start - number * STRETCH_BYTES;
			const stretch = await this.#stretch(number);
			if (from + length >= stretch.length) this.#stretches.delete(number);
			if (from + length <= stretch.length) return stretch.subarray(from, from + length);
			const rest = await this.#read((number + 1) * STRETCH_BYTES, from + length - stretch.length);
			return Buffer.concat([stretch.subarray(from), rest]);
		}

		#stretch(number: number): Promise<Uint8Array> {
			const start = number * STRETCH_BYTES;
			this.#file ??= openFile(path);
			const stretch =
				this.#stretches.get(number) ??
				this.#file.then((file) => readExactly(file, start, Math.min(STRETCH_BYTES, sizeBytes - start)));
			this.#stretches.delete(number);
			this.#stretches.set(number, stretch);
			stretch.catch(() => this.#stretches.delete(number));
			for (const oldest of this.#stretches.keys()) {
				if (this.#stretches.size <= STRETCHES) break;
				this.#stretches.delete(oldest);
			}
			return stretch;
		}

		put(_index: number, _bytes: Uint8Array, done: Done): void {
			done(new Error("the package is complete and is not written to"));
		}

		close(done: Done): void {
			const file = this.#file;
			this.#file = null;
			this.#stretches.clear();
			if (!file) done(null);
			else file.then((handle) => close(handle, done)).catch(done);
		}

		destroy(done: Done): void {
			this.close(done);
		}
	};
}

function openFile(path: string): Promise<number> {
	return new Promise((resolve, reject) => open(path, "r", (error, file) => (error ? reject(error) : resolve(file))));
}

function readExactly(file: number, start: number, length: number): Promise<Uint8Array> {
	const bytes = Buffer.allocUnsafeSlow(length);
	return new Promise((resolve, reject) =>
		read(file, bytes, 0, length, start, (error, count) => {
			if (error) reject(error);
			else if (count < length) reject(new Error("the package became shorter"));
			else resolve(bytes);
		}),
	);
}
