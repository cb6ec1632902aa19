import type { Client, ClientChannel } from "ssh2";
import { type Failed, failed } from "./failed.ts";
import { type Connection, type Dial, type Door, dialDirectly, openConnection, type Path } from "./open-connection.ts";
import { placeOf, sshFailure } from "./ssh-failure.ts";
import type { Hop, Target } from "./target.ts";
import { untilAborted } from "./until-aborted.ts";

const IDLE_MS = 30_000;

interface Bastion {
	/** Never rejects. */
	readonly opened: Promise<Connection | Failed>;
	readonly ending: AbortController;
	users: number;
	idle: NodeJS.Timeout | null;
	isOver: boolean;
}

/** The machines on the way to others: one connection to each, shared by all that go through it, closed a while after the last. */
export class Bastions {
	readonly #bastions = new Map<string, Bastion>();
	readonly #idleMs: number;

	constructor(idleMs = IDLE_MS) {
		this.#idleMs = idleMs;
	}

	/** How to reach a target: directly, or through its jumps, each with its own host key checked. */
	dialFor({ jumps = [], connectTimeoutMs }: Pick<Target, "jumps" | "connectTimeoutMs">): Dial {
		const last = jumps.at(-1);
		if (!last) return dialDirectly;
		const way = { jumps, last, connectTimeoutMs };
		return Object.assign((door: Door, signal: AbortSignal) => this.#through(way, door, signal), {
			ready: (door: Door, signal: AbortSignal) => this.#ready(way, door, signal),
		});
	}

	/** Closes every connection. Safe to call twice. */
	stop(): void {
		for (const [key, bastion] of this.#bastions) this.#close(key, bastion);
	}

	/** A machine on the way that stalls is the one to blame, and not who is behind it: its own deadline comes first. */
	async #ready(way: Way, door: Door, signal: AbortSignal): Promise<Failed | null> {
		const { bastion, leave } = this.#enter(way);
		const connection = await untilAborted(bastion.opened, signal);
		leave();
		if (connection === null) return sshFailure(door, new Error("ended"));
		return "failure" in connection ? ofHop(door, connection) : null;
	}

	async #through(way: Way, door: Door, signal: AbortSignal): Promise<Path | Failed> {
		const { bastion, leave } = this.#enter(way);
		const path = await pathThrough(bastion, { door, last: way.last, signal }).catch((error: Error) => {
			leave();
			throw error;
		});
		if ("failure" in path) leave();
		else path.stream.once("close", leave);
		return path;
	}

	#enter(way: Way): { readonly bastion: Bastion; readonly leave: () => void } {
		const key = JSON.stringify(way.jumps);
		const bastion = this.#bastions.get(key) ?? this.#open(key, way);
		bastion.users++;
		if (bastion.idle) clearTimeout(bastion.idle);
		const leave = () => {
			bastion.users--;
			if (bastion.users === 0 && !bastion.isOver)
				bastion.idle = setTimeout(() => this.#close(key, bastion), this.#idleMs);
		};
		return { bastion, leave };
	}

	#open(key: string, { jumps, last, connectTimeoutMs }: Way): Bastion {
		const ending = new AbortController();
		const dial = this.dialFor({ jumps: jumps.slice(0, -1), connectTimeoutMs });
		const opened = openConnection({ ...last, login: last, connectTimeoutMs }, ending.signal, dial);
		const bastion: Bastion = { opened, ending, users: 0, idle: null, isOver: false };
		this.#bastions.set(key, bastion);
		void opened.then((connection) => {
			if (!("client" in connection) || ending.signal.aborted) this.#close(key, bastion);
			else connection.client.once("close", () => this.#close(key, bastion));
		});
		return bastion;
	}

	#close(key: string, bastion: Bastion): void {
		if (this.#bastions.get(key) === bastion) this.#bastions.delete(key);
		if (bastion.isOver) return;
		bastion.isOver = true;
		if (bastion.idle) clearTimeout(bastion.idle);
		bastion.ending.abort();
		void bastion.opened.then((connection) => "client" in connection && connection.close());
	}
}

interface Way {
	readonly jumps: readonly Hop[];
	readonly last: Hop;
	readonly connectTimeoutMs: number;
}

interface Passage {
	readonly door: Door;
	readonly last: Hop;
	readonly signal: AbortSignal;
}

async function pathThrough(bastion: Bastion, { door, last, signal }: Passage): Promise<Path | Failed> {
	const connection = await untilAborted(bastion.opened, signal);
	if (connection === null) throw new Error("ended");
	if ("failure" in connection) return ofHop(door, connection);
	const stream = await forward(connection.client, door, signal);
	if (stream === null) throw new Error("ended");
	if (stream instanceof Error) return refusedPath(door, last, stream);
	return { stream, localAddress: connection.localAddress, remoteAddress: null };
}

/** The machine itself is not to blame, and its own key was not seen. */
function ofHop({ machine }: Door, { failure }: Failed): Failed {
	const code = failure.code === "FS-SSH-HOSTKEY" ? "FS-SSH-JUMP-HOSTKEY" : failure.code;
	return failed(code, `${machine}: on the way through ${failure.detail}`);
}

/** Null: the signal aborted first. A machine on the way tries for minutes to reach one that is off. */
function forward(client: Client, { address, port }: Door, signal: AbortSignal): Promise<ClientChannel | Error | null> {
	const { promise, resolve } = Promise.withResolvers<ClientChannel | Error>();
	try {
		client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
			if (!error && signal.aborted) channel.destroy();
			resolve(error ?? channel);
		});
	} catch (error) {
		resolve(error as Error);
	}
	return untilAborted(promise, signal);
}

/** RFC 4254, section 5.1: 1 is "administratively prohibited", 2 "connect failed", with what connect(2) said. */
function refusedPath(door: Door, hop: Hop, error: Error & { readonly reason?: unknown }): Failed {
	const via = `${door.machine}: through ${hop.machine} (${placeOf(hop)})`;
	const said = error.message.replace("(SSH) Channel open failure: ", "");
	if (error.reason === 1 || /prohibited/i.test(said))
		return failed("FS-SSH-JUMP", `${via}: it does not pass connections on: ${said}`);
	const code = /refused/i.test(said)
		? "ECONNREFUSED"
		: /timed out/i.test(said)
			? "ETIMEDOUT"
			: /not known|resolution/i.test(said)
				? "ENOTFOUND"
				: /unreachable|no route/i.test(said)
					? "EHOSTUNREACH"
					: undefined;
	const { failure } = sshFailure(door, Object.assign(new Error(said), { code }));
	return failed(failure.code, `${failure.detail}, as ${hop.machine} says`);
}
