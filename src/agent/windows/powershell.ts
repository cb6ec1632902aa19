import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFolder } from "./state.ts";
import { runSystem } from "./system.ts";

/** Of System32: the one that every Windows has. */
const POWERSHELL = "WindowsPowerShell\\v1.0\\powershell.exe";

/** Words before the file: no profile, no questions, and no policy about signatures for what we bring ourselves. */
const SWITCHES = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"] as const;

/**
 * Runs a policy's script and answers its exit code, null when it took too long or there is no PowerShell, and what it said, a byte a character. The text goes through a file, so no
 * quoting has a part in it; with a byte order mark, or Windows PowerShell takes it for the system's code page.
 */
export async function runScript(
	text: string,
	timeoutMs: number,
	env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: number | null; readonly said: string }> {
	const folder = join(stateFolder(), "tmp");
	await mkdir(folder, { recursive: true });
	const file = join(folder, `${randomUUID()}.ps1`);
	await writeFile(file, `\ufeff${text}`);
	try {
		const ran = await runSystem(POWERSHELL, [...SWITCHES, file], { timeoutMs, env });
		return { exitCode: ran.exitCode, said: ran.stdout + ran.stderr };
	} finally {
		await rm(file, { force: true });
	}
}
