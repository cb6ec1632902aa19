// Runs `node ARGS` on the Node that the project pins, after installing the dependencies if they are missing or older
// than the lockfile. Works on any Node that npm itself runs on, so it stays plain JavaScript.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules", ".package-lock.json");
const lockfile = join(root, "package-lock.json");

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockfile).mtimeMs) {
	process.stderr.write("Installing the dependencies, once ...\n");
	const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
		cwd: root,
		stdio: ["ignore", 2, 2],
		shell: process.platform === "win32",
	});
	if (npm.status !== 0) process.exit(npm.status ?? 1);
}

const bin = join(root, "node_modules", ".bin");
const node = spawn(join(bin, "node"), ["--disable-warning=ExperimentalWarning", ...process.argv.slice(2)], {
	stdio: "inherit",
	env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => node.kill(signal));
node.on("exit", (code, signal) => process.exit(signal ? 128 : (code ?? 1)));
