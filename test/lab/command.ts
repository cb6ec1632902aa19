import { spawn } from "node:child_process";

export interface Finished {
	/** null: ended by a signal. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CommandOptions {
	readonly timeoutMs?: number;
	readonly signal?: AbortSignal;
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Given to its stdin; without it there is none. */
	readonly input?: string;
}

const TIMEOUT_MS = 30_000;

/** Runs a short command to its end and answers whatever came of it; throws only when it cannot be started or runs out of time. */
export function run(argv: readonly string[], options: CommandOptions = {}): Promise<Finished> {
	const [program = "", ...args] = argv;
	const { timeoutMs = TIMEOUT_MS, signal, env, cwd, input } = options;
	const deadline = AbortSignal.timeout(timeoutMs);
	const child = spawn(program, args, {
		stdio: ["pipe", "pipe", "pipe"],
		// Not in our group: a Ctrl-C is ours to answer, or the tear-down's own commands would be hit by it.
		detached: true,
		killSignal: "SIGKILL",
		signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
		...(env ? { env: { ...process.env, ...env } } : {}),
		...(cwd ? { cwd } : {}),
	});
	return new Promise((resolve, reject) => {
		let stdout = "";
		let stderr = "";
		// A command that does not read all of its input is no error of ours.
		child.stdin.once("error", () => child.stdin.destroy()).end(input ?? "");
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			stdout += text;
		});
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			stderr += text;
		});
		child.once("error", (error) =>
			reject(deadline.aborted ? new Error(`${argv.join(" ")}: not done in ${timeoutMs} ms`) : error),
		);
		child.once("close", (code) => resolve({ code, stdout, stderr }));
	});
}

/** As `run`, for a command that has to succeed: answers its stdout, throws with its stderr. */
export async function must(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
	const { code, stdout, stderr } = await run(argv, options);
	if (code === 0) return stdout;
	throw new Error(`${argv.join(" ")}: exit ${code}: ${(stderr || stdout).trim().slice(-2_000)}`);
}
