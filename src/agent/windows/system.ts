import { spawn } from "node:child_process";
import { join } from "node:path";

/** Of System32, never whatever the PATH has under that name. */
export function systemProgram(name: string): string {
	return join(process.env.SystemRoot ?? "C:\\Windows", "System32", name);
}

export interface SystemRun {
	/** Null: it could not be started, or was ended after its time. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

const LONGEST_MS = 60_000;

export interface SystemOptions {
	readonly timeoutMs?: number;
	/** Beside our own. */
	readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of the system's; no shell has a part in it. */
export function runSystem(
	name: string,
	args: readonly string[],
	{ timeoutMs = LONGEST_MS, env = {} }: SystemOptions = {},
): Promise<SystemRun> {
	const { promise, resolve } = Promise.withResolvers<SystemRun>();
	const child = spawn(systemProgram(name), args, {
		stdio: ["ignore", "pipe", "pipe"],
		windowsHide: true,
		env: { ...process.env, ...env },
		timeout: timeoutMs,
		killSignal: "SIGKILL",
	});
	const said = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const)
		child[stream].setEncoding("latin1").on("data", (text: string) => {
			if (said[stream].length < 1_048_576) said[stream] += text;
		});
	child.on("error", ({ message }) => resolve({ exitCode: null, stdout: "", stderr: message }));
	child.on("close", (exitCode, signal) => resolve({ exitCode: signal ? null : exitCode, ...said }));
	return promise;
}
