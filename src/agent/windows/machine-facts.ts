import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { release, totalmem } from "node:os";
import { dirname } from "node:path";
import { hasKey, readWord, subkeysOf } from "./registry.ts";
import { stateFolder } from "./state.ts";
import { runSystem } from "./system.ts";

/** A line each: `machine NAME VALUE`. */
export async function machineFacts(): Promise<string> {
	const [boot, id, arch, free, isNeeded, users] = await Promise.all([
		readBootId(),
		readWord(CRYPTOGRAPHY, "MachineGuid"),
		readArch(),
		readFreeKib(),
		isRebootNeeded(),
		countUsers(),
	]);
	const memory = Math.floor(totalmem() / 1024);
	const reboot = isNeeded ? "yes" : "no";
	const facts = { os: "Windows", version: release(), arch, free, memory, boot, id: id ?? "", reboot, users };
	return Object.entries(facts)
		.map(([name, value]) => `machine ${name} ${value}\n`)
		.join("");
}

const CRYPTOGRAPHY = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
const VOLATILE = "HKLM\\HARDWARE\\DESCRIPTION\\System";
const BOOT_ID = "FleetseedBootId";

/** Windows has no boot id: we write one where the registry is made anew by every boot, and kept over no shutdown. */
export async function readBootId(): Promise<string> {
	const known = await readWord(VOLATILE, BOOT_ID);
	if (known !== null) return known;
	await runSystem("reg.exe", ["add", VOLATILE, "/v", BOOT_ID, "/t", "REG_SZ", "/d", randomUUID(), "/f"]);
	// Of two that write at once both read the later one.
	await new Promise((resolve) => setTimeout(resolve, 200));
	return (await readWord(VOLATILE, BOOT_ID)) ?? "";
}

const ARCHITECTURES: Readonly<Record<string, string>> = { AMD64: "amd64", ARM64: "arm64", x86: "i386" };
const ENVIRONMENT = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment";

/** Ours would be the one that is emulated for us. */
async function readArch(): Promise<string> {
	const said = await readWord(ENVIRONMENT, "PROCESSOR_ARCHITECTURE");
	const word = said ?? process.env.PROCESSOR_ARCHITECTURE ?? "";
	return ARCHITECTURES[word] ?? word;
}

export async function readFreeKib(): Promise<number> {
	let folder = stateFolder();
	while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
	const { bavail, bsize } = await statfs(folder);
	return Math.floor((bavail * bsize) / 1024);
}

const CBS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending";
const UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired";

/** PendingFileRenameOperations is there on machines that need no reboot at all. */
async function isRebootNeeded(): Promise<boolean> {
	return (await Promise.all([hasKey(CBS), hasKey(UPDATE)])).includes(true);
}

/** A desktop session has a key of its number in its user's hive; a login over the network, such as ours, has none. */
export async function countUsers(): Promise<number> {
	const sids = (await subkeysOf("HKU")).filter((sid) => /^S-1-5-21-[0-9-]+$|^S-1-12-1-[0-9-]+$/.test(sid));
	const sessions = await Promise.all(sids.map((sid) => subkeysOf(`HKU\\${sid}\\Volatile Environment`)));
	return sessions.flat().filter((name) => /^\d+$/.test(name)).length;
}
