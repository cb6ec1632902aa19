import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "postject";
import { checkFormat, FUSE, SECTION } from "./check-format.ts";
import { NATIVE, type Platform } from "./platforms.ts";
import { stripElf } from "./strip-elf.ts";

const run = promisify(execFile);

/** Node with our script in it, at `folder`/executable. The script is compiled beforehand where the code that V8 makes here is good for it. */
export async function makeExecutable(
	platform: Platform,
	node: string,
	{ code, folder }: { code: string; folder: string },
) {
	const script = join(folder, "agent.cjs");
	const blob = join(folder, "agent.blob");
	const config = join(folder, "sea.json");
	await writeFile(script, code);
	const useCodeCache = platform.name === NATIVE;
	const options = { main: script, output: blob, disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache };
	await writeFile(config, JSON.stringify(options));
	await run(process.execPath, ["--experimental-sea-config", config]);
	const executable = join(folder, platform.executable);
	const runtime = await readFile(node);
	await writeFile(executable, platform.format === "elf" ? stripElf(runtime) : runtime, { mode: 0o755 });
	await inject(executable, SECTION, await readFile(blob), { sentinelFuse: FUSE });
	const content = await readFile(executable);
	checkFormat(content, platform);
	return content;
}
