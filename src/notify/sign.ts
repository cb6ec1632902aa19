import { createHmac } from "node:crypto";

/** `t=UNIX SECONDS,v1=HEX`: HMAC-SHA256 over the time, a dot and the body, so that neither can be sent again with another. */
export function signature(secret: string, body: string, seconds: number): string {
	return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}
