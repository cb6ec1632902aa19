import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeKeyPair } from "../../src/push/key-pair.ts";

/** The controller's own key pair: the private half in a file that only it may read, the public half as one line. */
export async function makeIdentity(folder: string): Promise<{ readonly file: string; readonly publicKey: string }> {
	const pair = makeKeyPair();
	const file = join(folder, "id_ed25519");
	await writeFile(file, pair.private, { mode: 0o600 });
	return { file, publicKey: pair.public };
}
