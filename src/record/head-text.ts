import type { Head } from "./verify-chain.ts";

/** A line's number, a colon and its hash. */
export const HEAD_FORM = /^(\d+):([0-9a-f]{64})$/;

/** null: it is none. */
export function parseHead(text: string): Head | null {
	const [, seq, hash] = HEAD_FORM.exec(text) ?? [];
	return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash };
}
