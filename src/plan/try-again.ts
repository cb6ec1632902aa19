import type { Machine } from "../model/machine.ts";
import { backOffMs, contactBackOffMs, SILENT_RETRY_MS } from "./back-off.ts";

/** Asked for every machine at every decision, and the jitter is a digest. */
const known = new WeakMap<Machine, number>();

/** When the machine may be tried again; 0: at once. */
export function retryAt(machine: Machine): number {
	const { name, presence, sources } = machine;
	if (presence.kind === "unreachable") {
		const at = known.get(machine) ?? presence.at + contactBackOffMs(presence.failures, name, sources.includes("mdns"));
		known.set(machine, at);
		return at;
	}
	return presence.kind === "silent" ? presence.at + SILENT_RETRY_MS : 0;
}

/** One that was asked to reboot is expected back soon. */
const REBOOT_LOOK_MS = 20_000;

/** When a rebooting machine that did not answer is looked for again; 0: at once. */
export function expectedBackAt(machine: Machine): number {
	const { presence } = machine;
	return presence.kind === "unreachable" ? Math.min(retryAt(machine), presence.at + REBOOT_LOOK_MS) : 0;
}

/** When what failed so often is tried again; 0: it did not fail. */
export function triedAgainAt(at: number, failures: number, who: string): number {
	return failures === 0 ? 0 : at + backOffMs(failures, who);
}
