import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandLine } from "./command-line.ts";
import type { OutputFiles } from "./output-files.ts";
import { endTree } from "./system.ts";

/** A service that the installer left behind may hold its output for ever. */
const DRAIN_MS = 5_000;

export interface Limits {
	readonly timeoutMs: number;
	/** Null: none. */
	readonly maxOutputBytes: number | null;
}

export interface Ended {
	readonly exitCode: number;
	/** `timeout` or `output`: why it was stopped. */
	readonly marker: string;
}

/** Runs an installer in a folder, with nothing between it and us that would read its words. Rejects when it cannot be started. */
export async function runProgram(
	{ program, rest, env, batch }: CommandLine,
	folder: string,
	{ output, timeoutMs, maxOutputBytes }: Limits & { readonly output: OutputFiles },
): Promise<Ended> {
	if (batch !== undefined) await writeFile(join(folder, "run.cmd"), batch);
	const { promise, resolve, reject } = Promise.withResolvers<Ended>();
	const child = spawn(program, [rest], {
		argv0: `"${program}"`,
		windowsVerbatimArguments: true,
		windowsHide: true,
		stdio: ["ignore", "pipe", "pipe"],
		cwd: folder,
		env: { ...process.env, ...env },
	});
	let marker = "-";
	const stop = (why: string) => {
		if (marker !== "-") return;
		marker = why;
		endTree(child);
	};
	const limit = setTimeout(() => stop("timeout"), timeoutMs);
	const streams = [child.stdout, child.stderr];
	for (const stream of streams)
		stream.on("data", (bytes: Buffer) => {
			output.add(bytes);
			if (maxOutputBytes !== null && output.totalBytes > maxOutputBytes) stop("output");
		});
	const end = (code: number | null) => {
		clearTimeout(limit);
		for (const stream of streams) stream.removeAllListeners("data").destroy();
		resolve({ exitCode: code ?? 1, marker });
	};
	child.on("error", reject);
	child.on("close", end);
	child.on("exit", (code) => setTimeout(() => end(code), DRAIN_MS).unref());
	return promise;
}
