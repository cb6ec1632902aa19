import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Footprint } from "./footprint.ts";

export interface LongRunner {
	readonly pid: number;
	/** Its exit code, or null when a signal ended it. */
	readonly ended: Promise<number | null>;
	hasEnded(): boolean;
}

/** Starts a process that outlives the call: noted in the footprint, in a session of its own, its output appended to a file. */
export async function startLongRunner(
	footprint: Footprint,
	argv: readonly string[],
	options: { readonly logFile: string; readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<LongRunner> {
	const [program = "", ...args] = argv;
	const { logFile, cwd, env } = options;
	const output = openSync(logFile, "a");
	const child = spawn(program, args, {
		stdio: ["ignore", output, output],
		detached: true,
		...(cwd ? { cwd } : {}),
		...(env ? { env: { ...process.env, ...env } } : {}),
	});
	closeSync(output);
	await once(child, "spawn");
	const { pid } = child;
	if (pid === undefined) throw new Error(`${argv.join(" ")}: could not be started`);
	footprint.note(pid);
	let isOver = false;
	const ended = new Promise<number | null>((resolve) => {
		child.once("exit", (code) => {
			isOver = true;
			resolve(code);
		});
	});
	return { pid, ended, hasEnded: () => isOver };
}
