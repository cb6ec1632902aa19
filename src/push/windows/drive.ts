import { Readable } from "node:stream";
import type { SFTPWrapper } from "ssh2";
import { type Failed, failed } from "../failed.ts";
import { untilAborted } from "../until-aborted.ts";
import { PartsInFlight } from "./parts-in-flight.ts";

/** What OpenSSH takes at once, and as many at a time as keep a LAN busy. */
const CHUNK_BYTES = 32_768;
const AT_ONCE = 48;

export interface Writing {
	readonly signal: AbortSignal;
	/** Where in the file it begins; the rest of the file stays. */
	readonly offsetBytes?: number;
	/** Called with the bytes of each part that the machine has taken. */
	readonly onTaken?: (bytes: number) => void;
}

/** The machine's files, over SFTP. */
export class Drive {
	readonly sftp: SFTPWrapper;
	readonly #machine: string;
	/** Who waits for an answer: ssh2 gives none any more when the channel has closed. */
	readonly #waiting = new Set<() => void>();
	#isClosed = false;

	constructor(sftp: SFTPWrapper, machine: string) {
		this.sftp = sftp;
		this.#machine = machine;
		sftp.once("close", () => {
			this.#isClosed = true;
			for (const each of this.#waiting) each();
		});
	}

	/** Null: there is no such file. */
	sizeOf(path: string): Promise<number | null> {
		return this.#answered<number | null>(
			(done) => this.sftp.stat(path, (error, stats) => done(error ? null : stats.size)),
			() => null,
		);
	}

	/** Each folder of a relative path; one that is there is as good as a new one. */
	async makeFolders(path: string): Promise<void> {
		const parts = path.split("/");
		for (let count = 1; count <= parts.length; count++) {
			const folder = parts.slice(0, count).join("/");
			await this.#answered<void>(
				(done) => this.sftp.mkdir(folder, () => done()),
				() => undefined,
			);
		}
	}

	/** False where another file has the name already. */
	rename(from: string, to: string): Promise<boolean> {
		return this.#answered(
			(done) => this.sftp.rename(from, to, (error) => done(!error)),
			() => false,
		);
	}

	remove(path: string): Promise<void> {
		return this.#answered<void>(
			(done) => this.sftp.unlink(path, () => done()),
			() => undefined,
		);
	}

	/**
	 * Writes what the source gives, many parts at a time, no faster than the machine takes it. What was broken off can have a hole of AT_ONCE parts
	 * before its end. Errors: FS-SSH-LOST, FS-DELIVER-FAILED.
	 */
	async write(
		path: string,
		source: Uint8Array | Readable,
		writing: Writing,
	): Promise<{ readonly bytes: number } | Failed> {
		const { signal, offsetBytes } = writing;
		const opened = await this.#open(path, offsetBytes === undefined ? "w" : "r+");
		if (!Buffer.isBuffer(opened)) return this.#failed(path, opened);
		const parts = new PartsInFlight(AT_ONCE);
		const stop = () => parts.stop(new Error("stopped"));
		signal.addEventListener("abort", stop, { once: true });
		let at = offsetBytes ?? 0;
		try {
			if (signal.aborted) stop();
			for await (const chunk of source instanceof Readable ? source : [Buffer.from(source)])
				for (let from = 0; from < chunk.length; from += CHUNK_BYTES) {
					await parts.room();
					const part = (chunk as Buffer).subarray(from, from + CHUNK_BYTES);
					parts.add(this.#write(opened, part, at).then(() => writing.onTaken?.(part.length)));
					at += part.length;
				}
			await parts.allTaken();
			return { bytes: at - (offsetBytes ?? 0) };
		} catch (error) {
			return this.#failed(path, error as Error);
		} finally {
			signal.removeEventListener("abort", stop);
			const closing = this.#answered<void>(
				(done) => this.sftp.close(opened, () => done()),
				() => undefined,
			);
			await untilAborted(closing, signal);
		}
	}

	/** What the machine refused has its status (SSH_FXP_STATUS) as the code, and what cannot be read here that of the system; a connection that went has none. */
	#failed(path: string, error: Error & { readonly code?: unknown }): Failed {
		const code = error.code === undefined ? "FS-SSH-LOST" : "FS-DELIVER-FAILED";
		return failed(code, `${this.#machine}: ${path}: ${error.message}`);
	}

	#open(path: string, flags: "w" | "r+"): Promise<Buffer | Error> {
		return this.#answered<Buffer | Error>(
			(done) => this.sftp.open(path, flags, (error, handle) => done(error ?? handle)),
			(closed) => closed,
		);
	}

	async #write(handle: Buffer, part: Buffer, position: number): Promise<void> {
		const error = await this.#answered<Error | null>(
			(done) => this.sftp.write(handle, part, 0, part.length, position, (refused) => done(refused ?? null)),
			(closed) => closed,
		);
		if (error) throw error;
	}

	/** Nothing of the asking outlives its answer: thousands of parts are asked for while one connection lasts. */
	#answered<T>(ask: (done: (answer: T) => void) => void, ifClosed: (closed: Error) => T): Promise<T> {
		return new Promise((resolve) => {
			const closed = () => resolve(ifClosed(new Error("the connection was lost")));
			if (this.#isClosed) return closed();
			this.#waiting.add(closed);
			ask((answer) => {
				this.#waiting.delete(closed);
				resolve(answer);
			});
		});
	}
}
