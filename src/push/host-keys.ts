import { createHash } from "node:crypto";
import type { HostKey } from "../model/machine.ts";

/** A raw public key blob (RFC 4253 section 6.6) as OpenSSH prints it. Throws RangeError on a blob without a key type. */
export function hostKeyOf(blob: Buffer): HostKey {
	const length = blob.readUInt32BE(0);
	if (length === 0 || length > 64 || 4 + length > blob.length) throw new RangeError("not an SSH public key blob");
	const type = blob.toString("latin1", 4, 4 + length);
	const digest = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
	return { type, fingerprint: `SHA256:${digest}` };
}
