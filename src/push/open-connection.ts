import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import type { Duplex } from "node:stream";
import ssh2, { type AuthenticationType, type Client, type ParsedKey } from "ssh2";
import type { HostKey } from "../model/machine.ts";
import { algorithmsFor } from "./algorithms.ts";
import { Authentication, readPrivateKey } from "./authentication.ts";
import { type Failed, failed } from "./failed.ts";
import { type Handshake, newHandshake, OPENING_BYTES } from "./handshake.ts";
import { hostKeyOf } from "./host-keys.ts";
import { keepPacketKeys } from "./packet-keys.ts";
import { type Place, placeOf, type SshError, sshFailure, timedOut } from "./ssh-failure.ts";
import type { Login, Target } from "./target.ts";

/** A machine that says nothing for a minute is gone (ServerAliveInterval and ServerAliveCountMax in ssh_config(5)). */
const KEEPALIVE = { intervalMs: 15_000, countMax: 3 };

export interface Door extends Place {
	readonly hostKeys: readonly HostKey[];
	/** Fingerprints that no machine may show. */
	readonly revoked?: readonly string[];
	/** Null: look at the host key and go. */
	readonly login: Login | null;
	readonly connectTimeoutMs: number;
	readonly keepalive?: Target["keepalive"];
}

export interface Connection {
	readonly client: Client;
	/** Our own address on the path to the machine, or to the first machine on the way. */
	readonly localAddress: string;
	/** The machine's own address, whatever name led to it; null: it was reached through another machine. */
	readonly remoteAddress: string | null;
	/** By what its SSH server calls itself: Microsoft's names the system. */
	readonly isWindows: boolean;
	/** False from the moment that either side said goodbye; the client's 'close' comes later. */
	readonly isOpen: () => boolean;
	/** Says goodbye and lets go at once: a machine that is gone would keep the socket, and this process, for minutes. */
	readonly close: () => void;
}

/** What carries a connection: a socket of ours, or a channel through another machine. */
export interface Path {
	readonly stream: Duplex;
	readonly localAddress: string;
	readonly remoteAddress: string | null;
}

export interface Dial {
	/** Answers a path to the door, or why there is none. May throw what sockets throw. */
	(door: Door, signal: AbortSignal): Promise<Path | Failed>;
	/** Waits for what has deadlines of its own: the machines on the way. Answers why they are not there. Absent: there are none. */
	readonly ready?: (door: Door, signal: AbortSignal) => Promise<Failed | null>;
}

/**
 * One authenticated connection to a machine whose host key is pinned. Another key ends it before authentication, as
 * FS-SSH-HOSTKEY (or -HOSTKEY-REVOKED, -HOSTKEY-UNKNOWN) with the key that was shown; other errors FS-SSH-*. Deadline:
 * connectTimeoutMs for all of it, once the machines on the way are there; the code says how far it came.
 */
export async function openConnection(
	door: Door,
	signal: AbortSignal,
	dial: Dial = dialDirectly,
): Promise<Connection | Failed> {
	const key = door.login ? readPrivateKey(door.machine, door.login) : null;
	if (key && "kind" in key) return key;
	const unready = await dial.ready?.(door, signal);
	if (unready) return unready;
	const seen = newHandshake();
	const deadline = AbortSignal.timeout(door.connectTimeoutMs);
	const ending = AbortSignal.any([signal, deadline]);
	const answer = await attempt({ door, key, seen, dial }, ending).catch((error: SshError) => {
		return sshFailure(door, error, seen);
	});
	if ("client" in answer || answer.sawHostKey) return answer;
	return deadline.aborted ? timedOut(door, seen) : answer;
}

interface Attempt {
	readonly door: Door;
	readonly key: ParsedKey | null;
	readonly seen: Handshake;
	readonly dial: Dial;
}

async function attempt(attempt: Attempt, signal: AbortSignal): Promise<Connection | Failed> {
	const { door, seen, dial } = attempt;
	const path = await dial(door, signal);
	if ("failure" in path) return path;
	seen.stage = "banner";
	const { stream } = path;
	const abort = () => stream.destroy();
	signal.addEventListener("abort", abort, { once: true });
	if (signal.aborted) abort();
	const answer = await shakeHands(attempt, path);
	signal.removeEventListener("abort", abort);
	// ssh2 closes its own end only, and a stranger need not close the other.
	if ("failure" in answer) stream.destroy();
	return answer;
}

/** A TCP connection of our own. */
export async function dialDirectly({ address, port }: Door, signal: AbortSignal): Promise<Path> {
	const socket = connectSocket({ host: address, port, noDelay: true });
	try {
		await once(socket, "connect", { signal });
		const { localAddress = "", remoteAddress = null } = socket;
		return { stream: socket, localAddress, remoteAddress };
	} catch (error) {
		socket.destroy();
		throw error;
	}
}

function shakeHands(
	{ door, key, seen }: Attempt,
	{ stream, localAddress, remoteAddress }: Path,
): Promise<Connection | Failed> {
	const client = new ssh2.Client();
	// Every command listens for the connection's end.
	client.setMaxListeners(0);
	const { promise, resolve } = Promise.withResolvers<Connection | Failed>();
	const refuse = (error: SshError) => {
		if (error.level === "agent") seen.agentSaid = error.message;
		else resolve(seen.refused ?? sshFailure(door, error, seen));
	};
	const close = () => {
		client.end();
		stream.destroy();
	};
	listenToOpening(stream, seen);
	client.once("handshake", () => {
		seen.stage = "login";
	});
	client.on("handshake", () => keepPacketKeys(client));
	client.on("banner", (message) => {
		seen.message += message.slice(0, 1_000 - seen.message.length);
	});
	client.once("ready", () => {
		const isWindows = softwareOf(client).startsWith("OpenSSH_for_Windows");
		resolve({ client, localAddress, remoteAddress, isWindows, isOpen: () => stream.writable, close });
	});
	// Stays for the connection's life: an 'error' nobody hears would end the process, and 'close' always follows it.
	client.on("error", refuse);
	client.once("close", () => refuse(new Error("closed")));
	stream.once("error", refuse);
	const { keepalive = KEEPALIVE } = door;
	const authentication = door.login && new Authentication({ user: door.user, login: door.login, key, seen });
	client.connect({
		sock: stream,
		username: door.user,
		authHandler: (left: AuthenticationType[] | null, isPartial, next) => {
			// ssh2 takes false for "nothing is left", which its types do not say.
			next((authentication?.next(left, isPartial) ?? false) as Exclude<ReturnType<Authentication["next"]>, false>);
		},
		algorithms: algorithmsFor(door.hostKeys),
		hostVerifier: (blob: Buffer): boolean => {
			seen.refused = judge(door, hostKeyOf(blob));
			return seen.refused === null;
		},
		readyTimeout: 0,
		keepaliveInterval: keepalive.intervalMs,
		keepaliveCountMax: keepalive.countMax,
	});
	return promise;
}

/** Beside ssh2, which reads the same bytes and does not tell what they were. */
function listenToOpening(stream: Duplex, seen: Handshake): void {
	const listen = (bytes: Buffer) => {
		seen.opening = Buffer.concat([seen.opening, bytes.subarray(0, OPENING_BYTES - seen.opening.length)]);
		if (seen.stage === "banner" && /(^|\n)SSH-[^\n]*\n/.test(seen.opening.toString("latin1"))) seen.stage = "exchange";
		if (seen.stage === "login" || seen.opening.length >= OPENING_BYTES) stream.off("data", listen);
	};
	stream.on("data", listen);
}

/** Null: it is a key of the machine's. */
function judge(door: Door, saw: HostKey): Failed | null {
	const { machine, hostKeys, revoked = [] } = door;
	const [key, at] = [`${saw.type} ${saw.fingerprint}`, placeOf(door)];
	const refuse = (code: Parameters<typeof failed>[0], sentence: string): Failed => {
		return { ...failed(code, `${machine}: shows the host key ${key}, ${sentence} (${at})`), sawHostKey: saw };
	};
	if (revoked.includes(saw.fingerprint)) return refuse("FS-SSH-HOSTKEY-REVOKED", "which is revoked");
	if (hostKeys.length === 0) return refuse("FS-SSH-HOSTKEY-UNKNOWN", "and none is known of it");
	const isPinned = hostKeys.some(({ fingerprint }) => fingerprint === saw.fingerprint);
	return isPinned ? null : refuse("FS-SSH-HOSTKEY", "not the approved one");
}

/** The server's identification (RFC 4253 section 4.2), which ssh2 1.17 keeps to itself. */
function softwareOf(client: Client): string {
	const { _remoteVer } = client as Client & { readonly _remoteVer?: unknown };
	return typeof _remoteVer === "string" ? _remoteVer : "";
}
