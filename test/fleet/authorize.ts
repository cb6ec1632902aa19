import { timingSafeEqual } from "node:crypto";
import ssh2, { type AuthContext } from "ssh2";

/** Lets in whoever proves to have the key of one OpenSSH public key line. */
export function authorize(context: AuthContext, authorizedKey: string): void {
	const key = ssh2.utils.parseKey(authorizedKey);
	if (context.method !== "publickey" || key instanceof Error) {
		context.reject(["publickey"]);
		return;
	}
	const mine = key.getPublicSSH();
	const isMine = mine.length === context.key.data.length && timingSafeEqual(mine, context.key.data);
	const isProven =
		!context.signature || (context.blob && key.verify(context.blob, context.signature, context.hashAlgo) === true);
	if (isMine && isProven) context.accept();
	else context.reject(["publickey"]);
}
