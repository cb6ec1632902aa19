import type { Machine } from "../model/machine.ts";
import type { Pusher } from "../push/pusher.ts";
import type { Scanned } from "../push/task.ts";
import { accessTo, type Knowledge, wayTo } from "./target-for.ts";

interface Scanning extends Knowledge {
	readonly pusher: Pick<Pusher, "scanHostKey">;
}

/** The key that a machine shows, on the way that ssh_config says; it never authenticates there. */
export async function scanHostKey(scanning: Scanning, machine: Machine, signal: AbortSignal): Promise<Scanned> {
	const access = accessTo(scanning.ledger.fleet, machine);
	const way = await wayTo(scanning, machine, access);
	return "code" in way ? { kind: "failed", failure: way } : scanning.pusher.scanHostKey(way, signal);
}
