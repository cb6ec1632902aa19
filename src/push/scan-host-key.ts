import { failed } from "./failed.ts";
import { type Dial, openConnection } from "./open-connection.ts";
import type { Scanned } from "./task.ts";

const SCAN_MS = 10_000;

/** The host key that a machine shows, nothing pinned and nothing sent: it never authenticates. Errors: FS-SSH-*. */
export async function scanHostKey(
	{ address, port }: { readonly address: string; readonly port: number },
	signal: AbortSignal,
	dial?: Dial,
): Promise<Scanned> {
	const door = { machine: address, address, port, user: "nobody", hostKeys: [], login: null };
	const answer = await openConnection({ ...door, connectTimeoutMs: SCAN_MS }, signal, dial);
	if ("client" in answer) {
		answer.close();
		return failed("FS-SSH-PROTOCOL", `${address}: SSH let us in without a key`);
	}
	const { sawHostKey, failure } = answer;
	return sawHostKey ? { kind: "host_key", hostKey: sawHostKey } : { kind: "failed", failure };
}
