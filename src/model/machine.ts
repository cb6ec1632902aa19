import type { MachineFacts } from "./facts.ts";
import type { Failure } from "./failure.ts";

/** An SSH host key as OpenSSH prints it: type ("ssh-ed25519") and "SHA256:" + unpadded base64 (RFC 4253 section 6.6). */
export interface HostKey {
	readonly type: string;
	readonly fingerprint: string;
}

/** Who vouches that a name on the network is the machine we mean. A machine is its host key; mDNS is only a hint. */
export type Trust =
	| { readonly kind: "discovered" }
	| { readonly kind: "approved"; readonly hostKeys: readonly HostKey[]; readonly by: string; readonly at: number }
	| {
			readonly kind: "quarantined";
			readonly hostKeys: readonly HostKey[];
			readonly saw: HostKey;
			readonly at: number;
	  }
	| {
			readonly kind: "quarantined";
			readonly hostKeys: readonly HostKey[];
			readonly clones: Clones;
			readonly at: number;
	  };

/** One machine under several names, or several that were made as copies of one: which of them is which cannot be told. */
export interface Clones {
	/** What they have in common. */
	readonly by: "host_key" | "machine_id";
	/** The others. */
	readonly names: readonly string[];
}

/** What we last knew of being able to reach the machine. Times are ms since the epoch. */
export type Presence =
	| { readonly kind: "never_seen" }
	/** Announced or met. `failures`: it announces itself, but the last connections failed; absent once one succeeded. */
	| { readonly kind: "present"; readonly at: number; readonly failures?: number }
	| { readonly kind: "silent"; readonly at: number }
	| {
			readonly kind: "unreachable";
			readonly failure: Failure;
			/** Consecutive failed connections; the back-off is a function of it. */
			readonly failures: number;
			readonly at: number;
			/** When the first of them failed. */
			readonly since: number;
	  };

export interface Machine {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly sources: readonly SightingSource[];
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	readonly trust: Trust;
	readonly presence: Presence;
	/** As last read, and when; absent: nobody has looked yet. */
	readonly facts?: MachineFacts & { readonly at: number };
	/** The facts could not be read the last times; absent once they were. */
	readonly factsFailure?: { readonly failure: Failure; readonly failures: number; readonly at: number };
	/** Taken out of every rollout by a person. */
	readonly excluded?: Exclusion;
}

export interface Exclusion {
	readonly by: string;
	readonly reason: string;
	readonly at: number;
}

export type SightingSource = "mdns" | "inventory";
