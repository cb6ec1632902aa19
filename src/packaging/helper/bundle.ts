import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

export const ROOT = resolve(import.meta.dirname, "../../..");

export interface Bundle {
	readonly code: string;
	/** Of the code without its version, which is made of it. */
	readonly digest: string;
}

/** Our peer and all that it imports as one script, CommonJS since a single executable takes no module. */
export async function bundleAgent(): Promise<Bundle> {
	const { outputFiles } = await build({
		absWorkingDir: ROOT,
		entryPoints: ["src/agent/main.ts"],
		bundle: true,
		write: false,
		platform: "node",
		target: "node24",
		format: "cjs",
		minify: true,
		keepNames: true,
		legalComments: "none",
		logLevel: "warning",
		define: { FLEETSEED_VERSION: "__VERSION__" },
	});
	const code = outputFiles[0]?.text ?? "";
	const digest = createHash("sha256").update(code).digest("hex");
	const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { readonly version: string };
	return { code: code.replaceAll("__VERSION__", JSON.stringify(`${version}+${digest.slice(0, 12)}`)), digest };
}
