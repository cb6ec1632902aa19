import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleAgent } from "../../../src/packaging/helper/bundle.ts";
import { CACHE, ensure, FOLDER } from "../../../src/packaging/helper/ensure.ts";
import { PLATFORMS, type Platform } from "../../../src/packaging/helper/platforms.ts";
import { makeKeyPair } from "../../../src/push/key-pair.ts";
import { Pusher, type Target } from "../../../src/push/pusher.ts";
import type { Helper } from "../../../src/push/task.ts";
import { WindowsMachine } from "../../fleet/windows/windows-machine.ts";

export const WIN_X64 = PLATFORMS.find(({ name }) => name === "win-x64") as Platform;
export { CACHE };

export type WindowsLab = Awaited<ReturnType<typeof windowsLab>>;

/** Our program for Windows as it is shipped, built unless it is there. */
async function windowsHelper(): Promise<Helper> {
	const { sha256, sizeBytes, gzipBytes, file } = await ensure(WIN_X64, await bundleAgent());
	return { sha256, sizeBytes, gzipBytes, readGzip: () => createReadStream(join(FOLDER, file)) };
}

/** A machine of wine, a pusher and the way from one to the other, until `stop`. */
export async function windowsLab() {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-windows-"));
	const pair = makeKeyPair();
	const machine = new WindowsMachine({ folder, address: "127.0.0.4", authorizedKey: pair.public });
	const helper = await windowsHelper();
	const pauses = { firstMs: 50, longestMs: 200, goingDownMs: 10_000 };
	const pusher = new Pusher({ sessions: 8, seedSeconds: 1, pauses, helpers: async () => helper });
	await machine.start();
	const target: Target = {
		machine: "till-07",
		address: "127.0.0.4",
		port: machine.port,
		user: "deploy",
		hostKeys: [machine.hostKey],
		connectTimeoutMs: 20_000,
		privateKey: pair.private,
	};
	const ending = new AbortController();
	const stop = async () => {
		ending.abort();
		await pusher.stop();
		await machine.stop();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	};
	return { folder, machine, pusher, target, helper, signal: ending.signal, stop };
}
