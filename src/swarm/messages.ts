import type { Shape } from "../model/traffic.ts";

/** A machine that may take part: where its connections come from, and the token in its announce URL. */
export interface Admitted {
	readonly machine: string;
	readonly address: string;
	/** Where it was found to be: it may be known by a name. */
	readonly reachedAt?: string;
	readonly token: string;
	/** Behind a slow link of its own; without it the machine is where the controller is. */
	readonly site?: string | null;
}

/** How far a machine is, as it told the tracker. */
export interface PeerProgress {
	readonly machine: string;
	readonly sha256: string;
	readonly downloadedBytes: number;
	readonly uploadedBytes: number;
	readonly leftBytes: number;
	readonly event: "started" | "update" | "completed" | "stopped";
}

export interface Ports {
	readonly tracker: number;
	readonly peer: number;
}

export interface Shared {
	readonly infoHash: string;
	readonly sizeBytes: number;
}

/** What the source sent to a machine since it last told. */
export interface Sending {
	readonly sha256: string;
	/** Empty: a peer that has not announced itself. */
	readonly machine: string;
	/** Without what the protocol itself costs. Below zero: what a broken connection never took is taken back. */
	readonly bytes: number;
}

/** Which pieces a machine holds, as it told the source or the tracker. */
export interface MachinePieces {
	readonly machine: string;
	/** A hex digit for each piece, or for each 256th part of many: 0 none, f all. */
	readonly levels: string;
	/** It is gone: this is what it held then. */
	readonly hasLeft: boolean;
}

export interface PackagePieces {
	readonly sha256: string;
	readonly pieceCount: number;
	readonly machines: readonly MachinePieces[];
}

export interface Opening {
	readonly storeFolder: string;
	/** Absent: every address. */
	readonly host?: string;
	readonly ports: Ports;
}

/** From the daemon to its swarm process. */
export type Order =
	| { readonly kind: "open"; readonly opening: Opening }
	| { readonly kind: "admit"; readonly peers: readonly Admitted[] }
	| { readonly kind: "shape"; readonly shape: Shape }
	| { readonly kind: "share"; readonly id: number; readonly sha256: string }
	| { readonly kind: "retire"; readonly sha256: string }
	| { readonly kind: "count"; readonly id: number }
	| { readonly kind: "pieces"; readonly id: number };

/** From the swarm process to the daemon. */
export type Report =
	| { readonly kind: "opened"; readonly ports: Ports }
	| { readonly kind: "progress"; readonly progress: PeerProgress }
	| { readonly kind: "sent"; readonly sent: readonly Sending[] }
	| {
			readonly kind: "answer";
			readonly id: number;
			readonly answer: Shared | readonly PackagePieces[] | null;
	  }
	| { readonly kind: "refused"; readonly id: number; readonly detail: string };
