import type { HostKey } from "../model/machine.ts";
import type { Becoming } from "./become.ts";

/** Where a machine is, who it is, and how to log in to it. */
export interface Target {
	readonly machine: string;
	readonly address: string;
	readonly port: number;
	readonly user: string;
	/** The pinned keys: any other key ends the connection before authentication. */
	readonly hostKeys: readonly HostKey[];
	readonly connectTimeoutMs: number;
	/** Absent: commands run as the user who logs in. */
	readonly become?: Becoming;
	/** PEM or OpenSSH text, without a passphrase. */
	readonly privateKey: string;
}
