import type { Algorithms, ServerHostKeyAlgorithm } from "ssh2";
import type { HostKey } from "../model/machine.ts";

/** The signature algorithms of each host key type (RFC 8332 for RSA; no SHA-1). */
const HOST_KEY_ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
	"ssh-ed25519": ["ssh-ed25519"],
	"ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
	"ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
	"ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
	"ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/**
 * What we offer: no SHA-1, no CBC. Pinned types come first, so that a machine with several keys shows one that we know;
 * the other types follow, so that a reinstalled machine with another type of key is named a changed key (as in OpenSSH).
 */
export function algorithmsFor(pinned: readonly HostKey[]): Algorithms {
	const types = [...new Set([...pinned.map(({ type }) => type), ...Object.keys(HOST_KEY_ALGORITHMS)])];
	return {
		kex: [
			"curve25519-sha256",
			"curve25519-sha256@libssh.org",
			"ecdh-sha2-nistp256",
			"ecdh-sha2-nistp384",
			"ecdh-sha2-nistp521",
			"diffie-hellman-group16-sha512",
			"diffie-hellman-group18-sha512",
			"diffie-hellman-group14-sha256",
		],
		serverHostKey: types.flatMap((type) => HOST_KEY_ALGORITHMS[type] ?? []),
		cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"],
		hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
		compress: ["none"],
	};
}
