import { PLATFORMS, type Platform } from "../helper/platforms.ts";

/** An architecture that a package is made for, in Debian's words and in npm's. */
export interface Architecture {
	readonly name: "amd64" | "arm64";
	readonly cpu: "x64" | "arm64";
	/** Whose Node is shipped. */
	readonly platform: Platform;
}

export const ARCHITECTURES: readonly Architecture[] = [
	{ name: "amd64", cpu: "x64", platform: platformOf("linux-x64") },
	{ name: "arm64", cpu: "arm64", platform: platformOf("linux-arm64") },
];

function platformOf(name: Platform["name"]): Platform {
	const found = PLATFORMS.find((platform) => platform.name === name);
	if (!found) throw new Error(`no platform ${name}`);
	return found;
}
