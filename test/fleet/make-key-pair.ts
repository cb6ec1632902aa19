import ssh2 from "ssh2";

/**
 * An Ed25519 key pair that can be read back: `private` OpenSSH PEM, `public` one line. Trap: ssh2 1.17 cuts leading zero bytes
 * off the keys that it makes, so about one in 350 is malformed (keygen.js, "Remove leading zero bytes").
 */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
	for (;;) {
		const pair = ssh2.utils.generateKeyPairSync("ed25519");
		if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
	}
}
