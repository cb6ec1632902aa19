import type { HostKey } from "../model/machine.ts";
import type { Becoming } from "./become.ts";

/** How we prove to a machine who we are; tried in this order. Secrets come from the controller's own files, never from a policy. */
export interface Login {
	/** PEM or OpenSSH text. */
	readonly privateKey?: string;
	/** Of the private key, where it has one. */
	readonly passphrase?: string;
	/** The socket of an ssh-agent(1), whose keys are tried. */
	readonly agent?: string;
	/** For the methods password and keyboard-interactive. */
	readonly password?: string;
}

/** A machine on the way, which passes a connection on (ProxyJump in ssh_config(5)). */
export interface Hop extends Login {
	readonly machine: string;
	readonly address: string;
	readonly port: number;
	readonly user: string;
	/** The pinned keys: any other key ends the connection before authentication. */
	readonly hostKeys: readonly HostKey[];
	/** Fingerprints that no machine may show, whatever was pinned. */
	readonly revoked?: readonly string[];
	/** How often a machine that says nothing is asked for a sign of life, and how many questions may stay unanswered. Absent: 15 s, 3. */
	readonly keepalive?: { readonly intervalMs: number; readonly countMax: number };
}

/** Where a machine is, who it is, and how to log in to it. */
export interface Target extends Hop {
	/** For each connection on the way, from the first packet to the login. */
	readonly connectTimeoutMs: number;
	/** The machines to go through, the nearest first; absent: none. */
	readonly jumps?: readonly Hop[];
	/** Absent: commands run as the user who logs in. */
	readonly become?: Becoming;
}
