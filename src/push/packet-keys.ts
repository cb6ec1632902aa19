import { createSecretKey, type KeyObject } from "node:crypto";
import type { Client } from "ssh2";

/** What ssh2 1.17 makes a cipher or a MAC of, for every packet. */
type Keys = { [name in "_encKey" | "_decipherKey" | "_macKey"]?: Uint8Array | KeyObject };

interface Ciphers {
	readonly _protocol?: { readonly _cipher?: Keys; readonly _decipher?: Keys };
}

/**
 * Lets ssh2 give Node its packets' keys as KeyObjects, from a key exchange to the next. Bytes are told from one by two exceptions, with their stacks: for each
 * packet, and together a tenth of what an install costs the controller (Node 24).
 */
export function keepPacketKeys(client: Client): void {
	const { _cipher, _decipher } = (client as Client & Ciphers)._protocol ?? {};
	for (const keys of [_cipher, _decipher])
		for (const name of ["_encKey", "_decipherKey", "_macKey"] as const) {
			const key = keys?.[name];
			if (keys && key instanceof Uint8Array) keys[name] = createSecretKey(key);
		}
}
