import { open } from "node:fs/promises";
import { join } from "node:path";
import { elfMachine } from "../helper/check-format.ts";
import type { Architecture } from "./architectures.ts";
import type { StagedFile } from "./tree.ts";

/** What an administrator finds by its place, whatever is inside of the program. */
const NEEDED = [
	"usr/bin/fleetseed",
	"usr/lib/fleetseed/bin/node",
	"usr/lib/fleetseed/src/daemon/main.ts",
	"usr/lib/fleetseed/dist/dashboard/index.html",
	"usr/lib/fleetseed/dist/helper/manifest.json",
	"usr/lib/systemd/system/fleetseed.service",
	"usr/lib/sysusers.d/fleetseed.conf",
	"usr/share/man/man1/fleetseed.1.gz",
	"usr/share/man/man5/fleetseed.yaml.5.gz",
	"usr/share/man/man5/fleetseed-policy.5.gz",
	"usr/share/bash-completion/completions/fleetseed",
	"usr/share/zsh/vendor-completions/_fleetseed",
	"usr/share/fish/vendor_completions.d/fleetseed.fish",
	"etc/fleetseed/fleetseed.yaml",
];
const HEADER_BYTES = 20;

/** Throws unless everything that people look for is at its place and every binary is for the architecture's machine; answers how many those are. */
export async function checkTree(
	root: string,
	files: readonly StagedFile[],
	{ name, platform }: Pick<Architecture, "name" | "platform">,
): Promise<number> {
	const paths = new Set(files.map(({ path }) => path));
	const lacking = NEEDED.filter((path) => !paths.has(path));
	if (lacking.length > 0) throw new Error(`${name}: the package lacks ${lacking.join(", ")}`);
	let binaries = 0;
	for (const { path } of files) {
		const machine = elfMachine(await headerOf(join(root, path)));
		if (machine === null) continue;
		if (machine !== platform.machine)
			throw new Error(`${name}: ${path} is for the machine ${machine}, expected ${platform.machine}`);
		binaries += 1;
	}
	return binaries;
}

async function headerOf(file: string): Promise<Buffer> {
	const handle = await open(file);
	try {
		const { buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
		return buffer;
	} finally {
		await handle.close();
	}
}
