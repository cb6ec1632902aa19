import { NOTICE_KINDS } from "../../src/model/notice.ts";
import type { Mail } from "../../src/policy/notices-schema.ts";

/** A sink at a mail server on loopback that wants a login and knows no TLS. */
export function mailTo(port: number, to: readonly string[] = ["eve@example.org"]): Mail {
	return {
		kind: "mail",
		name: "admins",
		server: "127.0.0.1",
		port,
		security: "none",
		user: "fleetseed",
		password: "p",
		from: "fleetseed@example.org",
		to,
		events: NOTICE_KINDS,
	};
}
