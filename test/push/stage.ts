import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export function sha256Of(content: string | Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

/** Puts a package at a machine's staging path, as a delivery would. */
export async function stage(state: string, content: string | Uint8Array): Promise<string> {
	const sha256 = sha256Of(content);
	await mkdir(join(state, "packages"), { recursive: true });
	await writeFile(join(state, "packages", sha256), content, { mode: 0o600 });
	return sha256;
}
