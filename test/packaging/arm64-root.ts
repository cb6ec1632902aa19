import { execFile, spawnSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What Node is linked with. */
const LIBRARIES = ["libc6", "libgcc-s1", "libstdc++6"];

/** false: programs for arm64 can be run. Else the reason to skip. */
export const noEmulator: string | false =
	spawnSync("qemu-aarch64-static", ["-version"]).error === undefined
		? false
		: "no qemu-aarch64-static: apt-get install qemu-user-static";

/**
 * Puts the libraries that Node needs on arm64 into a folder, from the mirror that this computer has, and changes nothing of what is
 * installed on it. Answers how a program of arm64 is called.
 */
export async function openArm64Root(folder: string): Promise<(program: string) => readonly string[]> {
	const [root, apt, packages] = ["root", "apt", "packages"].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const each of [root, packages, join(apt, "lists/partial"), join(apt, "cache/archives/partial")])
		await mkdir(each, { recursive: true });
	await writeFile(join(apt, "status"), "");
	const options = {
		"APT::Architecture": "arm64",
		"APT::Architectures": "arm64",
		"APT::Sandbox::User": "root",
		"Acquire::Languages": "none",
		"Dir::State": apt,
		"Dir::State::status": join(apt, "status"),
		"Dir::Cache": join(apt, "cache"),
	};
	const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
	await run("apt-get", [...words, "-qq", "update"], { cwd: packages });
	await run("apt-get", [...words, "-qq", "download", ...LIBRARIES], { cwd: packages });
	for (const name of await readdir(packages)) await run("dpkg-deb", ["--extract", join(packages, name), root]);
	return (program) => ["qemu-aarch64-static", "-L", root, program];
}
