import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./command.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const BUILD_MS = 15 * 60_000;

export interface DebianPackage {
	readonly file: string;
	readonly name: string;
	readonly version: string;
}

/** Builds what is shipped, behind whatever else this computer does. */
export async function buildDebianPackage(log: (line: string) => void, signal: AbortSignal): Promise<DebianPackage> {
	const began = performance.now();
	const main = join(REPOSITORY, "src/packaging/deb/main.ts");
	const argv = ["nice", process.execPath, "--disable-warning=ExperimentalWarning", main, "--only", "amd64"];
	log((await must(argv, { cwd: REPOSITORY, timeoutMs: BUILD_MS, signal })).trim());
	log(`built in ${((performance.now() - began) / 1000).toFixed(0)} s`);
	const { version } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
	const name = `fleetseed_${version}_amd64.deb`;
	return { file: join(REPOSITORY, "dist/package", name), name, version };
}
