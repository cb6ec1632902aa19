import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { START_GRACE_SECONDS } from "../../model/job-contract.ts";
import type { ShimJob } from "../../model/shim.ts";
import { stateFolder } from "./state.ts";

/** `job.json` in a job's folder. */
export interface JobRecord extends ShimJob {
	/** A named pipe that exists as long as the runner lives, whatever ends it; its name cannot be guessed. */
	readonly pipe: string;
}

export function jobFolder(key: string): string {
	if (!/^[A-Za-z0-9._-]{1,128}$/.test(key) || key.startsWith(".")) throw new RangeError("not the key of a job");
	return join(stateFolder(), "jobs", key);
}

export type Ended = {
	readonly kind: "exited";
	readonly code: string;
	readonly marker: string;
	readonly bootId: string;
};
export type State = { readonly kind: "none" | "running" | "lost" } | Ended;

/** The begun mark is read before the pipe, so that a runner that begins between the two is not taken for one that ended. */
export async function readState(folder: string): Promise<State> {
	if (!existsSync(folder)) return { kind: "none" };
	const ended = readResult(folder);
	if (ended) return ended;
	const hasBegun = existsSync(join(folder, "started"));
	if (await isHeld(folder)) return { kind: "running" };
	if (!hasBegun) {
		if (Math.abs(Date.now() - statSync(folder).mtimeMs) < START_GRACE_SECONDS * 1000) return { kind: "running" };
		// The runner never came; without the mark it cannot come any more.
		if (!mark(folder)) return { kind: "running" };
	}
	return readResult(folder) ?? { kind: "lost" };
}

/** Only one may; false: somebody was before. */
export function mark(folder: string): boolean {
	try {
		mkdirSync(join(folder, "started"));
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

function readResult(folder: string): Ended | null {
	const text = readText(join(folder, "result"));
	if (text === null) return null;
	const [code = "", marker = "-", bootId = "-"] = text.trim().split(" ");
	return { kind: "exited", code, marker, bootId };
}

function isHeld(folder: string): Promise<boolean> {
	const text = readText(join(folder, "job.json"));
	if (text === null) return Promise.resolve(false);
	const { pipe } = JSON.parse(text) as JobRecord;
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const socket = connect(pipe);
	socket.on("connect", () => {
		socket.destroy();
		resolve(true);
	});
	// A pipe that is there and has no free instance is there all the same.
	socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EBUSY"));
	return promise;
}

/** Null: there is no such file. */
function readText(file: string): string | null {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
