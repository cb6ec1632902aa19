import type { Readable } from "node:stream";

export interface RunOptions {
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	/** A stream is read no faster than the machine takes it, and ends with the command. */
	readonly stdin?: Uint8Array | Readable;
	/** Of each of stdout and stderr; what comes after is read and dropped, and a MiB beyond it the command is given up. */
	readonly maxOutputBytes: number;
}

export interface Ran {
	readonly kind: "ran";
	/** Undefined: a signal ended the command. */
	readonly exitCode: number | undefined;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}
