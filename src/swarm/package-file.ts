import { close, open, read } from "node:fs";
import type { ChunkStore, ReadDone } from "webtorrent-hybrid";

type Done = (error: Error | null) => void;

/**
 * A chunk store that only reads one finished file, and just the block that is asked for. The library's own opens the
 * file for writing and reads the whole piece for each block of 16 KiB.
 */
export function packageFile(path: string, sizeBytes: number): new (chunkLength: number) => ChunkStore {
	return class PackageFile implements ChunkStore {
		readonly #chunkLength: number;
		#file: Promise<number> | null = null;

		constructor(chunkLength: number) {
			this.#chunkLength = chunkLength;
		}

		get(index: number, range: { offset?: number; length?: number } | null, done: ReadDone): void {
			const offset = range?.offset ?? 0;
			const start = index * this.#chunkLength + offset;
			const length = Math.min(range?.length ?? this.#chunkLength - offset, sizeBytes - start);
			this.#file ??= openFile(path);
			this.#file
				.then((file) => readExactly(file, start, length))
				.then((bytes) => done(null, bytes))
				.catch((error: Error) => done(error));
		}

		put(_index: number, _bytes: Uint8Array, done: Done): void {
			done(new Error("the package is complete and is not written to"));
		}

		close(done: Done): void {
			const file = this.#file;
			this.#file = null;
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
	if (length <= 0) return Promise.reject(new Error("a read beyond the end of the package"));
	const bytes = Buffer.allocUnsafe(length);
	return new Promise((resolve, reject) =>
		read(file, bytes, 0, length, start, (error, count) => {
			if (error) reject(error);
			else if (count < length) reject(new Error("the package became shorter"));
			else resolve(bytes);
		}),
	);
}
