import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Outcome } from "../../src/model/event.ts";
import type { RebootSpec } from "../../src/model/policy.ts";
import type { Pusher } from "../../src/push/pusher.ts";
import type { MachineOptions } from "../fleet/machine.ts";
import { lab } from "./lab.ts";

export const ROLLOUT = "office@12345678/2026-11-23T02:00:00Z";

interface Ask extends Partial<RebootSpec> {
	readonly honoursUsers?: boolean;
	/** Until the machine must be back. */
	readonly withinMs?: number;
	/** Until when it may be asked, from now. */
	readonly askWithinMs?: number;
	readonly signal?: AbortSignal;
	readonly by?: Pusher;
}

/** A machine that has the boot id which is to end, and the way to ask it for a reboot. */
export async function rebootLab(t: TestContext, options: Partial<MachineOptions> = {}) {
	const room = await lab(t, options);
	const { machine, pusher, target } = room;
	const { bootId } = machine;
	const reboot = async (ask: Ask = {}): Promise<Outcome> => {
		const { honoursUsers = true, withinMs = 20_000, askWithinMs = withinMs, ...more } = ask;
		const { signal = t.signal, by = pusher, ...spec } = more;
		const concurrency = { kind: "absolute", value: 1 } as const;
		const task = {
			step: {
				kind: "reboot",
				machine: "mill-03",
				rollout: ROLLOUT,
				attempt: 1,
				bootId,
				deadline: 1_000_000 + withinMs,
				askUntil: 1_000_000 + askWithinMs,
				honoursUsers,
			},
			reboot: { policy: "if_needed", concurrency, timeoutMs: 900_000, skipIfUsers: false, ...spec },
			now: () => 1_000_000,
		} as const;
		return (await by.reboot(target, task, signal)).outcome;
	};
	return { ...room, bootId, reboot };
}

export function never(): Promise<void> {
	return Promise.withResolvers<void>().promise;
}

export function codeOf(outcome: Outcome): string {
	return outcome.kind === "failed" ? outcome.failure.code : outcome.kind;
}

export function requests(folder: string): Promise<readonly string[]> {
	return readFile(join(folder, "root/shutdowns"), "utf8").then(
		(text) => text.trimEnd().split("\n"),
		() => [],
	);
}
