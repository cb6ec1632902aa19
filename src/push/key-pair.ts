import ssh2 from "ssh2";

/**
 * A new Ed25519 key pair that can be read back: `private` OpenSSH PEM, `public` one line. Trap: ssh2 1.17 cuts leading zero bytes
 * off the keys that it makes, so about one in 350 is malformed (keygen.js, "Remove leading zero bytes").
 */
export function makeKeyPair(comment = ""): { readonly private: string; readonly public: string } {
	for (;;) {
		const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
		if (publicKeyOf(pair.private) !== null) return pair;
	}
}

/** The public half of a private key, TYPE and BASE64 as in authorized_keys; null: it is no private key that we can use without a passphrase. */
export function publicKeyOf(privateKey: string): string | null {
	const parsed = ssh2.utils.parseKey(privateKey);
	if (parsed instanceof Error || !parsed.isPrivateKey()) return null;
	return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}
