import type { Machine } from "../model/machine.ts";
import { backOffMs, SILENT_RETRY_MS } from "./back-off.ts";

/** When the machine may be tried again; 0: at once. */
export function retryAt({ name, presence }: Machine): number {
	if (presence.kind === "unreachable") return presence.at + backOffMs(presence.failures, name);
	return presence.kind === "silent" ? presence.at + SILENT_RETRY_MS : 0;
}

/** When what failed so often is tried again; 0: it did not fail. */
export function triedAgainAt(at: number, failures: number, who: string): number {
	return failures === 0 ? 0 : at + backOffMs(failures, who);
}
