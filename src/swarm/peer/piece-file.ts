import { hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { PieceBuffers } from "./piece-buffers.ts";
import type { TorrentInfo } from "./torrent-info.ts";

const SHA1_BYTES = 20;
/** Pieces that were just written are asked for by the others right away. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** The file of one package, piece by piece: checked, written and read. */
export class PieceFile {
	readonly #info: TorrentInfo;
	readonly #path: string;
	readonly #cache = new Map<number, Uint8Array>();
	readonly #cacheSlots: number;
	/** What pieces are put together in, and read into. */
	readonly buffers: PieceBuffers;
	#file: FileHandle | null = null;

	constructor(path: string, info: TorrentInfo) {
		this.#path = path;
		this.#info = info;
		this.#cacheSlots = Math.max(2, Math.floor(CACHE_BYTES / info.pieceBytes));
		this.buffers = new PieceBuffers(info.pieceBytes, this.#cacheSlots);
	}

	/** Creates the file where there is none; what lies there beyond the package's end goes. */
	async open(): Promise<void> {
		this.#file ??= await open(this.#path, "r+").catch(() => open(this.#path, "wx+", 0o600));
		const { size } = await this.#file.stat();
		if (size > this.#info.sizeBytes) await this.#file.truncate(this.#info.sizeBytes);
	}

	async close(): Promise<void> {
		const file = this.#file;
		this.#file = null;
		this.#cache.clear();
		await file?.close();
	}

	lengthOf(piece: number): number {
		const { sizeBytes, pieceBytes } = this.#info;
		return Math.min(pieceBytes, sizeBytes - piece * pieceBytes);
	}

	/** Whether these bytes are the piece. */
	isPiece(piece: number, bytes: Uint8Array): boolean {
		const wanted = this.#info.hashes.subarray(piece * SHA1_BYTES, (piece + 1) * SHA1_BYTES);
		return bytes.length === this.lengthOf(piece) && hash("sha1", bytes, "buffer").equals(wanted);
	}

	/** The pieces that an earlier fetch left here whole. */
	async held(): Promise<readonly number[]> {
		const { size } = await this.#opened().stat();
		const held: number[] = [];
		for (let piece = 0; piece * this.#info.pieceBytes < size; piece++) {
			const bytes = await this.#readFile(piece, 0, this.lengthOf(piece)).catch(() => null);
			if (bytes && this.isPiece(piece, bytes)) held.push(piece);
			if (bytes) this.buffers.release(bytes);
		}
		return held;
	}

	/** Rejects when the disk is full or broken. */
	async write(piece: number, bytes: Uint8Array): Promise<void> {
		const start = piece * this.#info.pieceBytes;
		for (let written = 0; written < bytes.length; ) {
			const { bytesWritten } = await this.#opened().write(bytes, written, bytes.length - written, start + written);
			written += bytesWritten;
		}
		this.#keep(piece, bytes);
	}

	/** At once where it is in memory. What it answers is held by the caller, who releases it to the buffers. */
	read(piece: number, offset: number, length: number): Uint8Array | Promise<Uint8Array> {
		const kept = this.#cache.get(piece);
		if (!kept) return this.#readPiece(piece, offset, length);
		this.buffers.hold(kept);
		return kept.subarray(offset, offset + length);
	}

	/** Whoever asks for one block of a piece asks for the others next. */
	async #readPiece(piece: number, offset: number, length: number): Promise<Uint8Array> {
		const bytes = await this.#readFile(piece, 0, this.lengthOf(piece));
		this.#keep(piece, bytes);
		return bytes.subarray(offset, offset + length);
	}

	async #readFile(piece: number, offset: number, length: number): Promise<Uint8Array> {
		const bytes = this.buffers.take(length);
		const { bytesRead } = await this.#opened().read(bytes, 0, length, piece * this.#info.pieceBytes + offset);
		if (bytesRead === length) return bytes;
		this.buffers.release(bytes);
		throw new Error("the file became shorter");
	}

	#keep(piece: number, bytes: Uint8Array): void {
		this.#drop(piece);
		this.buffers.hold(bytes);
		this.#cache.set(piece, bytes);
		if (this.#cache.size <= this.#cacheSlots) return;
		const [oldest] = this.#cache.keys();
		if (oldest !== undefined) this.#drop(oldest);
	}

	#drop(piece: number): void {
		const bytes = this.#cache.get(piece);
		if (!bytes) return;
		this.#cache.delete(piece);
		this.buffers.release(bytes);
	}

	#opened(): FileHandle {
		if (!this.#file) throw new Error("the package's file is closed");
		return this.#file;
	}
}
