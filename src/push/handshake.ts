import type { Failed } from "./failed.ts";

/** How far a connection came: TCP, the other's first line, keys agreed on, login. Each is named in the failure when time runs out. */
export type Stage = "connect" | "banner" | "exchange" | "login";

/** What was seen of a connection while it was made; all that a failure can be explained by. */
export interface Handshake {
	stage: Stage;
	/** The first bytes, which are in the clear: RFC 4253, sections 4.2 and 7.1. */
	opening: Buffer;
	/** The host key was not one that we accept. */
	refused: Failed | null;
	/** What the machine says to who logs in (RFC 4252, section 5.4). */
	message: string;
	/** The ways of logging in that were tried, in order. */
	readonly tried: Set<"key" | "agent" | "password">;
	/** The keys that were shown to the machine, `TYPE FINGERPRINT`. */
	readonly offered: Set<string>;
	/** The methods that the machine said can continue, in its words; null: it has not said. */
	methods: readonly string[] | null;
	/** A part of the login was accepted and another is wanted. */
	isPartial: boolean;
	/** The machine took a key or was given a password, and has not refused it. */
	isProven: boolean;
	agentSaid: string | null;
}

/** More than the first line and the offer of algorithms of any sshd. */
export const OPENING_BYTES = 16_384;

export function newHandshake(): Handshake {
	return {
		stage: "connect",
		opening: Buffer.alloc(0),
		refused: null,
		message: "",
		tried: new Set(),
		offered: new Set(),
		methods: null,
		isPartial: false,
		isProven: false,
		agentSaid: null,
	};
}
