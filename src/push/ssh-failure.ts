import type { ErrorCode } from "../model/error-codes.ts";
import { type Failed, failed } from "./failed.ts";
import { type Handshake, newHandshake } from "./handshake.ts";
import { oneLine } from "./one-line.ts";
import { type Offer, type Opening, readOpening } from "./opening.ts";

export interface Place {
	readonly machine: string;
	readonly address: string;
	readonly port: number;
	readonly user: string;
}

/** What sockets and ssh2 throw and emit. */
export type SshError = Error & { readonly code?: unknown; readonly level?: unknown };

type Said = readonly [code: ErrorCode, sentence: string];

/** `deploy@10.0.4.17:22`. */
export function placeOf({ user, address, port }: Place): string {
	return `${user}@${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The one place where the errors of sockets and of ssh2, and what was seen before them, become codes of ours. */
export function sshFailure(place: Place, error: SshError, seen: Handshake = newHandshake()): Failed {
	const [code, sentence] = ofSocket(error) ?? ofOpening(error, seen) ?? ofLogin(error, seen) ?? LOST;
	return failed(code, `${place.machine}: ${sentence} (${placeOf(place)})`);
}

/** Time ran out where the connection had come to. */
export function timedOut(place: Place, { stage, tried }: Handshake): Failed {
	const [code, sentence] = TIMED_OUT[stage];
	const how = stage === "login" && tried.size > 0 ? ` to our ${[...tried].join(", ")}` : "";
	return failed(code, `${place.machine}: ${sentence}${how} (${placeOf(place)})`);
}

const LOST: Said = ["FS-SSH-LOST", "the SSH connection was lost"];

const TIMED_OUT = {
	connect: ["FS-SSH-TIMEOUT", "nothing answered the connection in time"],
	banner: ["FS-SSH-TIMEOUT-BANNER", "the port took the connection and said nothing in time"],
	exchange: ["FS-SSH-TIMEOUT-KEX", "SSH began and did not agree on keys in time"],
	login: ["FS-SSH-TIMEOUT-AUTH", "SSH gave no answer in time"],
} as const satisfies Record<Handshake["stage"], Said>;

/** Before a byte came. */
function ofSocket({ code }: SshError): Said | null {
	switch (code) {
		case "ECONNREFUSED":
			return ["FS-SSH-REFUSED", "nothing listens for SSH"];
		case "ETIMEDOUT":
			return TIMED_OUT.connect;
		case "EHOSTUNREACH":
		case "ENETUNREACH":
		case "EHOSTDOWN":
		case "ENETDOWN":
		case "EADDRNOTAVAIL":
			return ["FS-SSH-UNREACHABLE", "there is no path to the address"];
		case "ENOTFOUND":
		case "EAI_AGAIN":
		case "EAI_FAIL":
			return ["FS-SSH-NAME", "no name server knows the address"];
		default:
			return null;
	}
}

/** Before anything was encrypted. */
function ofOpening(error: SshError, seen: Handshake): Said | null {
	if (seen.stage !== "banner" && seen.stage !== "exchange") return null;
	const opening = readOpening(seen.opening);
	if (opening.version === null && seen.opening.length > 0) return ofStranger(opening);
	if (error.level === "handshake" && error.message.includes("no matching"))
		return ["FS-SSH-PROTOCOL", noneInCommon(error.message, opening)];
	return error.level === "protocol" || error.level === "handshake"
		? ["FS-SSH-PROTOCOL", `SSH failed at its beginning: ${oneLine(error.message)}`]
		: null;
}

/** sshd(8) says these in place of its version: MaxStartups, PerSourcePenalties and PerSourceMaxStartups. */
function ofStranger({ said }: Opening): Said {
	return /^(Exceeded MaxStartups|Not allowed at this time)/.test(said)
		? ["FS-SSH-BUSY", `sshd turns connections away: ${said.slice(0, 100)}`]
		: ["FS-SSH-PROTOCOL", `what answers is not SSH; it says: ${said.slice(0, 100)}`];
}

function noneInCommon(message: string, { offer }: Opening): string {
	const kind = (["key exchange", "host key", "cipher", "MAC"] as const).find((name) => message.includes(name));
	const what = `SSH offers no ${kind ?? "algorithm"} that we accept`;
	return offer && kind ? `${what}, only ${offered(offer, kind)}` : what;
}

function offered(offer: Offer, kind: keyof Offer): string {
	const names = offer[kind].filter((name) => !/^(ext-info-s|kex-strict-s-)/.test(name));
	return names.join(", ").slice(0, 200);
}

/** The keys were agreed on, so the machine is the right one. */
function ofLogin(error: SshError, seen: Handshake): Said | null {
	if (seen.stage !== "login") return null;
	// The reason code is the protocol's own (RFC 4253, section 11.1); OpenSSH has one sentence for it.
	if (/too many authentication failures/i.test(error.message))
		return ["FS-SSH-AUTH-FAILURES", `SSH ended after too many refused logins${ways(seen)}`];
	if (error.level === "client-authentication") return refusedLogin(seen);
	return seen.isProven ? turnedAway(seen) : null;
}

function refusedLogin(seen: Handshake): Said {
	const { tried, methods, isPartial, agentSaid } = seen;
	const takes = `SSH takes only ${oneLine((methods ?? []).join(", "))}`;
	if (isPartial) return ["FS-SSH-METHODS", `SSH accepted our ${lastOf(tried)} and wants more: ${takes}`];
	if (tried.size === 0 && agentSaid === null)
		return methods === null
			? ["FS-SSH-METHODS", "we have nothing to log in with"]
			: ["FS-SSH-METHODS", `${takes}, and we have nothing of that`];
	const isBarred = tried.size > 0 && methods !== null && ![...tried].some((way) => isTaken(way, methods));
	if (isBarred) return ["FS-SSH-METHODS", `${takes}, and we have ${[...tried].join(", ")}`];
	if (tried.has("password")) return ["FS-SSH-PASSWORD", "SSH refused our password"];
	if (agentSaid !== null && !tried.has("key"))
		return ["FS-SSH-AGENT", `our SSH agent cannot be used: ${oneLine(agentSaid)}`];
	return ["FS-SSH-AUTH", refusedKeys(seen)];
}

const MOST_KEYS = 5;

function refusedKeys({ tried, offered, methods }: Handshake): string {
	const ours = tried.has("agent") ? "every key of our agent" : "our key";
	const whose = tried.has("key") && tried.has("agent") ? `our key and ${ours}` : ours;
	const more = offered.size > MOST_KEYS ? ` and ${offered.size - MOST_KEYS} more` : "";
	const which = offered.size === 0 ? ", which holds none" : ` ${[...offered].slice(0, MOST_KEYS).join(", ")}${more}`;
	const takes = methods === null ? "" : `; it takes ${oneLine(methods.join(", "))}`;
	return `SSH refused ${whose}${which}${takes}`;
}

/** The account exists and the login was right, yet the machine closed: pam_nologin(8), an expired account, pam_access(8). */
function turnedAway({ message, tried }: Handshake): Said {
	const said = oneLine(message);
	const how = `SSH took our ${lastOf(tried)} and closed the connection${said === "" ? "" : `: ${said}`}`;
	return [/\bexpired\b/i.test(said) ? "FS-SSH-EXPIRED" : "FS-SSH-NOLOGIN", how];
}

function ways({ tried }: Handshake): string {
	return tried.size === 0 ? "" : ` (${[...tried].join(", ")})`;
}

function lastOf(tried: ReadonlySet<string>): string {
	return [...tried].at(-1) ?? "login";
}

function isTaken(way: string, methods: readonly string[]): boolean {
	const names = way === "password" ? ["password", "keyboard-interactive"] : ["publickey"];
	return names.some((name) => methods.includes(name));
}
