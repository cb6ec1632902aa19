import { TokenBucket } from "../../model/token-bucket.ts";
import { Afloat } from "./afloat.ts";
import type { Neighbour } from "./neighbour.ts";
import type { PieceFile } from "./piece-file.ts";

/** Waiting in our memory for one connection. */
const WAITING_BYTES = 512 * 1024;
/** What an honest neighbour may ask for ahead, in blocks. */
const MAX_ASKED = 2_048;
const MAX_BLOCK_BYTES = 128 * 1024;

type Respond = (error: Error | null, block: Uint8Array | null) => void;

interface Asked {
	readonly piece: number;
	readonly offset: number;
	readonly length: number;
	readonly respond: Respond;
}

interface Line {
	readonly asked: Asked[];
	/** Being read from the disk. */
	readingBytes: number;
}

interface Turn {
	readonly neighbour: Neighbour;
	readonly line: Line;
	readonly asked: Asked;
}

export interface UploadsOptions {
	readonly file: PieceFile;
	readonly pieceBytes: number;
	readonly isHeld: (piece: number) => boolean;
	readonly now: () => number;
}

/** Serves what the neighbours ask for, in turn, and no more at a time than the link carries. */
export class Uploads {
	readonly #options: UploadsOptions;
	readonly #lines = new Map<Neighbour, Line>();
	readonly #bucket = new TokenBucket();
	readonly #afloat: Afloat;
	#retry: NodeJS.Timeout | undefined;

	constructor(options: UploadsOptions) {
		this.#options = options;
		this.#afloat = new Afloat(options.pieceBytes);
	}

	limit(bytesPerSecond: number | null): void {
		this.#bucket.limit(bytesPerSecond);
		this.#serve();
	}

	/** To be called every so often. */
	measure(seconds: number): void {
		this.#afloat.measure(seconds, this.#options.now());
		this.#serve();
	}

	welcome(neighbour: Neighbour): void {
		this.#lines.set(neighbour, { asked: [], readingBytes: 0 });
		neighbour.onDrain(() => this.#serve());
		const { wire } = neighbour;
		wire.on("request", (piece: number, offset: number, length: number, respond: Respond) => {
			this.#add(neighbour, { piece, offset, length, respond });
		});
		wire.on("have", (piece: number) => {
			if (this.#afloat.arrive(neighbour, piece)) this.#serve();
		});
		wire.on("cancel", (piece: number, offset: number, length: number) => {
			const asked = this.#lines.get(neighbour)?.asked ?? [];
			const at = asked.findIndex((one) => one.piece === piece && one.offset === offset && one.length === length);
			if (at >= 0) asked.splice(at, 1);
		});
	}

	forget(neighbour: Neighbour): void {
		this.#lines.delete(neighbour);
		this.#afloat.forget(neighbour);
		this.#serve();
	}

	stop(): void {
		clearTimeout(this.#retry);
		this.#lines.clear();
	}

	#add(neighbour: Neighbour, asked: Asked): void {
		const line = this.#lines.get(neighbour);
		const { piece, offset, length } = asked;
		const isHonest = length > 0 && length <= MAX_BLOCK_BYTES && offset + length <= this.#lengthOf(piece);
		if (!line || !isHonest || line.asked.length >= MAX_ASKED) {
			neighbour.close();
			return;
		}
		line.asked.push(asked);
		this.#serve();
	}

	#lengthOf(piece: number): number {
		return this.#options.isHeld(piece) ? this.#options.file.lengthOf(piece) : 0;
	}

	#serve(): void {
		for (let turn = this.#next(); turn; turn = this.#next()) {
			const { neighbour, line, asked } = turn;
			const waitMs = this.#bucket.take(asked.length, this.#options.now());
			if (waitMs > 0) {
				this.#serveLater(waitMs);
				return;
			}
			line.asked.shift();
			// Whoever was served goes to the end.
			this.#lines.delete(neighbour);
			this.#lines.set(neighbour, line);
			this.#send(neighbour, line, asked);
		}
	}

	/** What was begun comes first, whatever is afloat. Strangers need not say what has arrived, so that only their connection's own queue counts. */
	#next(): Turn | null {
		const { hasRoom } = this.#afloat;
		let fitting: Turn | null = null;
		for (const [neighbour, line] of this.#lines) {
			const asked = line.asked[0];
			if (!asked || neighbour.wire.waitingBytes + line.readingBytes > WAITING_BYTES) continue;
			if (this.#afloat.hasBegun(neighbour, asked.piece)) return { neighbour, line, asked };
			if (hasRoom || !neighbour.isOurs) fitting ??= { neighbour, line, asked };
		}
		return fitting;
	}

	#send(neighbour: Neighbour, line: Line, { piece, offset, length, respond }: Asked): void {
		if (neighbour.isOurs) this.#afloat.send(neighbour, piece, { bytes: length, now: this.#options.now() });
		const { file } = this.#options;
		const block = file.read(piece, offset, length);
		if (block instanceof Uint8Array) {
			respond(null, block);
			file.buffers.release(block);
			neighbour.sentBytes += length;
			return;
		}
		line.readingBytes += length;
		const read = (error: Error | null, bytes: Uint8Array | null) => {
			line.readingBytes -= length;
			if (bytes) neighbour.sentBytes += length;
			respond(error, bytes);
			if (bytes) file.buffers.release(bytes);
			this.#serve();
		};
		block.then(
			(bytes) => read(null, bytes),
			(error: Error) => read(error, null),
		);
	}

	#serveLater(waitMs: number): void {
		clearTimeout(this.#retry);
		this.#retry = setTimeout(() => this.#serve(), waitMs);
	}
}
