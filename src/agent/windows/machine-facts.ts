import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { release, totalmem } from "node:os";
import { dirname } from "node:path";
import { hasKey, readText, readWord, subkeysOf } from "./registry.ts";
import { stateFolder } from "./state.ts";
import { runSystem, systemProgram } from "./system.ts";

/** A line each: `machine NAME VALUE`. */
export async function machineFacts(): Promise<string> {
	const [boot, id, arch, room, isNeeded, people, shell] = await Promise.all([
		readBootId(),
		readWord(CRYPTOGRAPHY, "MachineGuid"),
		readArch(),
		readRoom(),
		isRebootNeeded(),
		readPeople(),
		readText(OPENSSH, "DefaultShell"),
	]);
	const memory = Math.floor(totalmem() / 1024);
	const reboot = isNeeded ? "yes" : "no";
	const names = [...new Set(people.flatMap(({ name }) => name ?? []))].join(" ");
	const { diskKib: disk, freeKib: free } = room;
	const system = { os: "Windows", version: release(), arch, disk, free, memory, boot, id: id ?? "", reboot };
	const facts = { ...system, users: people.length, names, shell: shell ?? systemProgram("cmd.exe") };
	return Object.entries(facts)
		.map(([name, value]) => `machine ${name} ${value}\n`)
		.join("");
}

const CRYPTOGRAPHY = "HKLM\\SOFTWARE\\Microsoft\\Cryptography";
/** Absent: sshd starts cmd.exe (OpenSSH in Microsoft's documentation of Windows Server). */
const OPENSSH = "HKLM\\SOFTWARE\\OpenSSH";
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
	return (await readRoom()).freeKib;
}

/** Of the volume that packages are staged on. */
async function readRoom(): Promise<{ readonly diskKib: number; readonly freeKib: number }> {
	let folder = stateFolder();
	while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
	const { bavail, blocks, bsize } = await statfs(folder);
	return { diskKib: Math.floor((blocks * bsize) / 1024), freeKib: Math.floor((bavail * bsize) / 1024) };
}

const CBS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending";
const UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired";

/** PendingFileRenameOperations is there on machines that need no reboot at all. */
async function isRebootNeeded(): Promise<boolean> {
	return (await Promise.all([hasKey(CBS), hasKey(UPDATE)])).includes(true);
}

export async function countUsers(): Promise<number> {
	return (await readPeople()).length;
}

/** A desktop session has a key of its number in its user's hive; a login over the network, such as ours, has none. */
async function readPeople(): Promise<readonly { readonly name: string | null }[]> {
	const sids = (await subkeysOf("HKU")).filter((sid) => /^S-1-5-21-[0-9-]+$|^S-1-12-1-[0-9-]+$/.test(sid));
	const people = await Promise.all(
		sids.map(async (sid) => {
			const key = `HKU\\${sid}\\Volatile Environment`;
			const sessions = (await subkeysOf(key)).filter((name) => /^\d+$/.test(name));
			const name = sessions.length === 0 ? null : await readWord(key, "USERNAME");
			return sessions.map(() => ({ name }));
		}),
	);
	return people.flat();
}
