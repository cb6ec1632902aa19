import { type ChildProcess, spawn } from "node:child_process";
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

/** What it left running may hold its output for ever. */
const DRAIN_MS = 2_000;

const TREE_MS = 10_000;

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
	});
	const said = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const)
		child[stream].setEncoding("latin1").on("data", (text: string) => {
			if (said[stream].length < 1_048_576) said[stream] += text;
		});
	let isTooLong = false;
	const limit = setTimeout(() => {
		isTooLong = true;
		endTree(child);
	}, timeoutMs);
	const end = (run: SystemRun) => {
		clearTimeout(limit);
		for (const stream of [child.stdout, child.stderr]) stream.destroy();
		resolve(run);
	};
	const exited = (exitCode: number | null) => end({ exitCode: isTooLong ? null : exitCode, ...said });
	child.on("error", ({ message }) => end({ exitCode: null, stdout: "", stderr: message }));
	child.on("close", exited);
	child.on("exit", (exitCode) => setTimeout(exited, DRAIN_MS, exitCode).unref());
	return promise;
}

/** Windows has no groups of processes; taskkill follows the tree of parents. */
export function endTree(child: ChildProcess): void {
	const kill = () => child.kill("SIGKILL");
	const args = ["/t", "/f", "/pid", String(child.pid)];
	const killer = spawn(systemProgram("taskkill.exe"), args, { stdio: "ignore", windowsHide: true });
	killer.on("error", kill);
	killer.on("exit", kill);
	setTimeout(kill, TREE_MS).unref();
}
