import type { Readable } from "node:stream";
import type { ErrorCode } from "../model/error-codes.ts";
import type { ShimRequest } from "../model/shim.ts";
import { type Failed, failed } from "./failed.ts";
import type { Ran, RunOptions } from "./ran.ts";
import type { Session } from "./session.ts";

export interface Asking {
	readonly session: Session;
	readonly signal: AbortSignal;
	readonly machine: string;
	readonly timeoutMs: number;
	readonly stdin?: Uint8Array | Readable;
	readonly maxOutputBytes?: number;
	/** The failure's code when our script could not do its work at the machine, as without disk space or permission. */
	readonly code: ErrorCode;
}

/** Runs one of our fixed scripts, or asks our program on Windows, and gives the answer. Errors: FS-SSH-*, FS-DISK-*, or the code asked for. */
export async function ask(
	command: readonly string[] | ShimRequest,
	asking: Asking,
): Promise<{ readonly answer: Buffer } | Failed> {
	const { session, signal, timeoutMs, stdin, maxOutputBytes = 64 * 1024 } = asking;
	const options = { signal, timeoutMs, maxOutputBytes, ...(stdin ? { stdin } : {}) };
	const ran = await run(session, command, options);
	if (ran.kind === "failed") return ran;
	if (ran.exitCode === 0) return { answer: ran.stdout };
	const lines = ran.stderr.toString("utf8").trim().split("\n");
	const ofDisk = lines.find((line) => diskCode(line) !== null);
	const said = (ofDisk ?? lines[0])?.slice(0, 200);
	const code = (ofDisk === undefined ? null : diskCode(ofDisk)) ?? asking.code;
	return failed(code, `${asking.machine}: ${said || `our script exited ${ran.exitCode ?? "by a signal"}`}`);
}

/** By strerror(3) of ENOSPC, EDQUOT and EROFS, whichever program says it. */
function diskCode(line: string): ErrorCode | null {
	if (/No space left on device|Disk quota exceeded/.test(line)) return "FS-DISK-FULL";
	return /Read-only file system/.test(line) ? "FS-DISK-READONLY" : null;
}

function run(session: Session, command: readonly string[] | ShimRequest, options: RunOptions): Promise<Ran | Failed> {
	if (!("kind" in command)) return options.stdin ? session.run(command, options) : session.runScript(command, options);
	if (!session.shim) throw new Error("a request of Windows to a machine that is none");
	return session.shim.ask(command, options);
}

/** The answer as lines of words. */
export function linesOf(answer: Buffer): readonly (readonly string[])[] {
	const lines = answer.toString("utf8").trimEnd().split("\n");
	return lines.map((line) => line.split(" "));
}
