import type { HostKey } from "../model/machine.ts";

/** As the API tells pinned keys. */
export function keyText({ type, fingerprint }: HostKey): string {
	return `${type} ${fingerprint}`;
}

/** Other keys were pinned before. */
export function isAnotherKey(shown: HostKey, pinned: readonly string[]): boolean {
	return pinned.length > 0 && !pinned.includes(keyText(shown));
}

/** What to type at the machine itself to compare (ssh-keygen(1)). */
export function comparison({ type }: HostKey): string {
	const kind = type.startsWith("ecdsa") ? "ecdsa" : type === "ssh-rsa" ? "rsa" : "ed25519";
	return `ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub`;
}
