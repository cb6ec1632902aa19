import type { Platform } from "./platforms.ts";

/** By these Node finds the script in its own file. */
export const SECTION = "NODE_SEA_BLOB";
export const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** Throws unless the file is an executable for the platform's machine, with a script in it that it will run. */
export function checkFormat(
	content: Buffer,
	{ name, format, machine }: Pick<Platform, "name" | "format" | "machine">,
): void {
	const found = format === "elf" ? elfMachine(content) : peMachine(content);
	if (found !== machine) throw new Error(`${name}: expected machine ${machine} in the ${format} header, got ${found}`);
	const fuse = content.indexOf(FUSE);
	const state = fuse < 0 ? "no fuse" : content.toString("latin1", fuse + FUSE.length, fuse + FUSE.length + 2);
	if (state !== ":1") throw new Error(`${name}: expected the fuse to be blown (:1), got ${state}`);
	if (content.indexOf(format === "elf" ? SECTION : Buffer.from(SECTION, "utf16le")) < 0)
		throw new Error(`${name}: there is no ${SECTION} in it`);
}

/** ELF's e_machine; null: it is none. */
export function elfMachine(content: Buffer): number | null {
	return content.readUInt32BE(0) === 0x7f454c46 ? content.readUInt16LE(18) : null;
}

/** The DOS stub names the place of the PE header. */
function peMachine(content: Buffer): number | null {
	if (content.toString("latin1", 0, 2) !== "MZ") return null;
	const at = content.readUInt32LE(0x3c);
	return content.toString("latin1", at, at + 4) === "PE\0\0" ? content.readUInt16LE(at + 4) : null;
}
