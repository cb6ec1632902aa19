import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import ssh2, { type Client } from "ssh2";
import type { HostKey } from "../model/machine.ts";
import { algorithmsFor } from "./algorithms.ts";
import { type Failed, failed } from "./failed.ts";
import { hostKeyOf } from "./host-keys.ts";
import { type Place, placeOf, sshFailure } from "./ssh-failure.ts";

const KEEPALIVE_MS = 15_000;
const KEEPALIVES_MISSED = 3;

export interface Door extends Place {
	readonly hostKeys: readonly HostKey[];
	/** Null: look at the host key and go. */
	readonly privateKey: string | null;
	readonly connectTimeoutMs: number;
}

export interface Connection {
	readonly client: Client;
	/** Our own address on the path to the machine. */
	readonly localAddress: string;
	/** Says goodbye and lets go at once: a machine that is gone would keep the socket, and this process, for minutes. */
	readonly close: () => void;
}

/**
 * One authenticated connection to a machine whose host key is pinned. Another key ends it before authentication, as
 * FS-SSH-HOSTKEY with the key that was shown; other errors FS-SSH-*. Deadline: connectTimeoutMs for all of it.
 */
export async function openConnection(door: Door, signal: AbortSignal): Promise<Connection | Failed> {
	const deadline = AbortSignal.timeout(door.connectTimeoutMs);
	const ending = AbortSignal.any([signal, deadline]);
	const answer = await attempt(door, ending).catch((error: Error) => sshFailure(door, error));
	if ("client" in answer || answer.sawHostKey) return answer;
	return deadline.aborted ? sshFailure(door, Object.assign(new Error(), { code: "ETIMEDOUT" })) : answer;
}

async function attempt(door: Door, signal: AbortSignal): Promise<Connection | Failed> {
	const socket = connectSocket({ host: door.address, port: door.port, noDelay: true });
	const abort = () => socket.destroy();
	signal.addEventListener("abort", abort, { once: true });
	try {
		await once(socket, "connect", { signal });
		const answer = await shakeHands(door, socket);
		// ssh2 closes its own end only, and a stranger need not close the other.
		if ("failure" in answer) socket.destroy();
		return answer;
	} catch (error) {
		socket.destroy();
		throw error;
	} finally {
		signal.removeEventListener("abort", abort);
	}
}

function shakeHands(door: Door, sock: Socket): Promise<Connection | Failed> {
	const client = new ssh2.Client();
	const { promise, resolve } = Promise.withResolvers<Connection | Failed>();
	let changed: Failed | null = null;
	const refuse = (error: Error) => resolve(changed ?? sshFailure(door, error));
	const close = () => {
		client.end();
		sock.destroy();
	};
	client.once("ready", () => resolve({ client, localAddress: sock.localAddress ?? "", close }));
	// Stays for the connection's life: an 'error' nobody hears would end the process, and 'close' always follows it.
	client.on("error", refuse);
	client.once("close", () => refuse(new Error("closed")));
	client.connect({
		sock,
		username: door.user,
		...(door.privateKey === null ? {} : { privateKey: door.privateKey }),
		authHandler: ["publickey"],
		algorithms: algorithmsFor(door.hostKeys),
		hostVerifier: (blob: Buffer): boolean => {
			const saw = hostKeyOf(blob);
			const isPinned = door.hostKeys.some(({ fingerprint }) => fingerprint === saw.fingerprint);
			if (!isPinned) changed = wrongHostKey(door, saw);
			return isPinned;
		},
		readyTimeout: 0,
		keepaliveInterval: KEEPALIVE_MS,
		keepaliveCountMax: KEEPALIVES_MISSED,
	});
	return promise;
}

function wrongHostKey(place: Place, sawHostKey: HostKey): Failed {
	const { type, fingerprint } = sawHostKey;
	const detail = `${place.machine}: shows the host key ${type} ${fingerprint}, not the approved one (${placeOf(place)})`;
	return { ...failed("FS-SSH-HOSTKEY", detail), sawHostKey };
}
