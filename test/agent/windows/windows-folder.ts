import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** The folder that is Windows' own, with an empty System32, and our state's, too, until the test ends. */
export async function windowsFolder(t: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-windows-"));
	await mkdir(join(folder, "System32"));
	const before = { SystemRoot: process.env.SystemRoot, FLEETSEED_STATE: process.env.FLEETSEED_STATE };
	Object.assign(process.env, { SystemRoot: folder, FLEETSEED_STATE: folder });
	t.after(async () => {
		for (const [name, value] of Object.entries(before))
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
		await rm(folder, { recursive: true, force: true });
	});
	return folder;
}
