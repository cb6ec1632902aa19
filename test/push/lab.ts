import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Outcome } from "../../src/model/event.ts";
import type { PackageSpec } from "../../src/model/policy.ts";
import type { Rates } from "../../src/model/traffic.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { Pusher, type Target, type Task } from "../../src/push/pusher.ts";
import { Machine, type MachineOptions } from "../fleet/machine.ts";

export const NO_LIMITS: Rates = { up: null, down: null };

/** A machine, a pusher and the way from one to the other; all gone when the test ends. */
export async function lab(t: TestContext, options: Partial<MachineOptions> = {}, seedSeconds = 1) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-push-"));
	const pair = makeKeyPair();
	const machine = new Machine({
		name: "mill-03",
		folder,
		address: "127.0.0.3",
		authorizedKey: pair.public,
		...options,
	});
	const pusher = new Pusher({ sessions: 8, seedSeconds, pauses: { firstMs: 10, longestMs: 50, goingDownMs: 500 } });
	t.after(async () => {
		await pusher.stop();
		await machine.stop();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	await machine.start();
	const target: Target = {
		machine: "mill-03",
		address: "127.0.0.3",
		port: machine.port,
		user: "deploy",
		hostKeys: [machine.hostKey],
		connectTimeoutMs: 5_000,
		privateKey: pair.private,
	};
	return { folder, state: join(folder, "state"), machine, pusher, target, signal: t.signal };
}

/** The installer's exit code; of whatever came otherwise, its error code or kind. */
export function exitOf(outcome: Outcome): number | string {
	if (outcome.kind === "failed") return outcome.failure.code;
	return outcome.kind === "exited" ? outcome.exitCode : outcome.kind;
}

/** Puts a program before all others of its name on the machine. */
export function putProgram(folder: string, name: string, script: string): Promise<void> {
	return writeFile(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** A task of a script package that does nothing, with what a test wants different. */
export function taskOf(spec: Partial<PackageSpec> = {}, attempt = 1): Task {
	return {
		spec: {
			name: "tool",
			version: "1.2.0",
			type: "script",
			source: { url: "https://origin.example/tool", mirrors: [] },
			sha256: "0".repeat(64),
			install: { arguments: [], timeoutMs: 60_000, env: {} },
			detection: [{ type: "file", path: "~/installed" }],
			returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [] },
			requirements: { os: [], arch: [] },
			...spec,
		},
		ref: { machine: "mill-03", rollout: "office@12345678/2026-11-23T02:00:00Z", package: "tool", attempt },
	};
}
