import { PieceBuffers } from "../../../src/swarm/peer/piece-buffers.ts";

/** Knows every buffer that it ever handed out. */
export class KnownBuffers extends PieceBuffers {
	readonly handedOut = new Set<ArrayBufferLike>();

	override take(length: number): Uint8Array {
		const bytes = super.take(length);
		this.handedOut.add(bytes.buffer);
		return bytes;
	}
}
