import { cp, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

/** `npm run build:dashboard`: dist/dashboard, which the daemon serves as it is. Nothing in it comes from elsewhere. */
const root = resolve(import.meta.dirname, "../../..");
const from = join(root, "src/dashboard");
const to = join(root, "dist/dashboard");
await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
const { metafile } = await build({
	absWorkingDir: root,
	entryPoints: { app: "src/dashboard/main.tsx" },
	outdir: to,
	bundle: true,
	minify: true,
	metafile: true,
	format: "esm",
	target: "es2022",
	tsconfig: join(from, "tsconfig.json"),
	logLevel: "warning",
});
const style = await build({
	absWorkingDir: root,
	entryPoints: { app: "src/dashboard/style.css" },
	outdir: to,
	bundle: true,
	minify: true,
	metafile: true,
	logLevel: "warning",
});
for (const name of ["index.html", "icon.svg"]) await cp(join(from, name), join(to, name));
for (const { outputs } of [metafile, style.metafile])
	for (const [file, { bytes }] of Object.entries(outputs)) console.log(`${file}: ${bytes} bytes`);
