import type { KnownHosts } from "../push/known-hosts.ts";
import type { Vouchers } from "./approve-in-advance.ts";
import type { SshConfig } from "./ssh-config.ts";

/** What the administrator's files say of machines: who they are, and how they are reached. */
export interface Known extends Vouchers {
	readonly knownHosts: KnownHosts;
	/** Null: the file cannot be read, and never could; nothing is reached by guessing. */
	readonly sshConfig: SshConfig | null;
}
