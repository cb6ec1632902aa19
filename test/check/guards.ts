export interface Guard {
	readonly name: string;
	readonly command: string;
	readonly arguments: readonly string[];
}

/** Every guard takes the folder it judges from the working directory, so a test can run it on a copy with a planted violation. */
export const guards: readonly Guard[] = [
	{ name: "types", command: "tsc", arguments: ["-p", "tsconfig.json"] },
	{
		name: "types of the core, where Node does not exist",
		command: "tsc",
		arguments: ["-p", "test/check/tsconfig.core.json"],
	},
	{ name: "types of the dashboard", command: "tsc", arguments: ["-p", "src/dashboard/tsconfig.json"] },
	{ name: "lint and format", command: "biome", arguments: ["check", "--error-on-warnings", "."] },
	{ name: "room rules", command: "node", arguments: ["test/check/rooms.ts"] },
	{ name: "dead code", command: "knip", arguments: [] },
];
