import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseReg, type RegistryValues } from "./parse-reg.ts";
import { stateFolder } from "./state.ts";
import { runSystem } from "./system.ts";

/** Programs of 32 bits have a registry of their own. */
export type View = 32 | 64;

/** The values of a key; null: there is no such key, or it may not be read. Keys of many megabytes are not for this. */
export async function readKey(key: string, view: View = 64): Promise<RegistryValues | null> {
	const folder = join(stateFolder(), "tmp");
	await mkdir(folder, { recursive: true });
	const file = join(folder, `${randomUUID()}.reg`);
	try {
		const { exitCode } = await runSystem("reg.exe", ["export", key, file, "/y", `/reg:${view}`]);
		if (exitCode !== 0) return null;
		const keys = parseReg(await readFile(file, "utf16le"));
		return keys.get(longName(key).toLowerCase()) ?? null;
	} finally {
		await rm(file, { force: true });
	}
}

/** One value that is known to be plain ASCII without blanks. */
export async function readWord(key: string, name: string): Promise<string | null> {
	const text = await readText(key, name);
	return text !== null && /^\S+$/.test(text) ? text : null;
}

/** One value that is known to be plain ASCII. */
export async function readText(key: string, name: string): Promise<string | null> {
	const { exitCode, stdout } = await runSystem("reg.exe", ["query", key, "/v", name]);
	return exitCode === 0 ? (/\sREG_SZ\s+(\S[^\r\n]*?)\s*$/m.exec(stdout)?.[1] ?? null) : null;
}

export async function hasKey(key: string): Promise<boolean> {
	const { exitCode, stderr } = await runSystem("reg.exe", ["query", key]);
	if (exitCode === null) throw new Error(`reg.exe did not run to its end: ${stderr}`);
	return exitCode === 0;
}

/** The names of the keys in a key. */
export async function subkeysOf(key: string): Promise<readonly string[]> {
	const { stdout } = await runSystem("reg.exe", ["query", key]);
	const begin = `${longName(key)}\\`.toLowerCase();
	const lines = stdout.split(/\r?\n/).filter((line) => line.toLowerCase().startsWith(begin));
	return lines.map((line) => line.slice(begin.length).trim());
}

const LONG_NAMES: Readonly<Record<string, string>> = { HKLM: "HKEY_LOCAL_MACHINE", HKU: "HKEY_USERS" };

/** As reg.exe prints it. */
function longName(key: string): string {
	return key.replace(/^[^\\]+/, (root) => LONG_NAMES[root.toUpperCase()] ?? root);
}
