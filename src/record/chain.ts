import { createHash } from "node:crypto";

/** The hash before the first line. */
export const GENESIS = "0".repeat(64);

/** A line of the journal, byte for byte as it is kept. */
export interface Line {
	readonly seq: number;
	readonly at: number;
	readonly kind: string | Uint8Array;
	readonly machine: string | Uint8Array | null;
	readonly body: string | Uint8Array;
}

/** Hex SHA-256 over the hash before and every byte of the line, so that no line can change, go or come without all after it. */
export function chained(previous: string, { seq, at, kind, machine, body }: Line): string {
	const hash = createHash("sha256").update(`${previous}\n${seq} ${at} `);
	// Lengths before contents: bytes cannot move from one column into the next.
	for (const part of [kind, machine ?? "", body]) hash.update(`${Buffer.byteLength(part)} `).update(part);
	return hash.update(machine === null ? "0" : "1").digest("hex");
}
