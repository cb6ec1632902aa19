import { createSocket, type Socket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import makeMdns from "multicast-dns";
import { networkOf } from "../../src/discover/network.ts";
import { openSocket } from "../../src/discover/open-socket.ts";

type Answer = Parameters<makeMdns.MulticastDNS["respond"]>[0] extends infer R
	? Extract<R, readonly unknown[]>[number]
	: never;

export interface Announced {
	readonly name: string;
	readonly type: string;
	readonly address: string;
	readonly port?: number;
	readonly ttlS?: number;
	readonly txt?: readonly string[];
	/** The SRV record's target, where it is not NAME.local. */
	readonly target?: string;
	/** Answers with the records asked for and no others, as RFC 6763 section 12 allows. */
	readonly isTerse?: boolean;
}

/** A socket on loopback's mDNS whose multicast cannot leave loopback. */
async function openLoopback() {
	const network = networkOf("127.0.0.1");
	if (!network) throw new Error("this machine has no loopback");
	return openSocket(network);
}

/** A machine on loopback's mDNS: announces, answers while it is up, says goodbye. */
export async function startResponder(machine: Announced) {
	const mdns = makeMdns({ socket: await openLoopback(), bind: false });
	let isUp = true;
	mdns.on("query", ({ questions = [] }) => {
		const records = recordsOf(machine);
		const asked = records.filter((record) => questions.some(({ name }) => name === record.name));
		if (isUp && asked.length > 0) mdns.respond(machine.isTerse ? asked : records);
	});
	return {
		announce: (change: Partial<Announced> = {}) => mdns.respond(recordsOf({ ...machine, ...change })),
		say: (answers: Answer[]) => mdns.respond(answers),
		/** From now on it is silent, as after a power cut. */
		fall: () => {
			isUp = false;
		},
		rise: () => {
			isUp = true;
		},
		goodbye: () => {
			isUp = false;
			mdns.respond(recordsOf({ ...machine, ttlS: 0 }));
		},
		[Symbol.asyncDispose]: async () => {
			await new Promise<void>((resolve) => mdns.destroy(resolve));
		},
	};
}

export function recordsOf({ name, type, address, port = 22, ttlS: ttl = 120, txt = [], target }: Announced): Answer[] {
	const instance = `${name}._${type}._tcp.local`;
	const host = target ?? `${name}.local`;
	return [
		{ type: "PTR", name: `_${type}._tcp.local`, ttl, data: instance },
		{ type: "SRV", name: instance, ttl, flush: true, data: { target: host, port } },
		{ type: "TXT", name: instance, ttl, flush: true, data: [...txt] },
		{ type: "A", name: host, ttl, flush: true, data: address },
	];
}

/** Sends bytes to the group as they are, from a loopback address of their own: a flood must not use up another test's budget. */
export async function sendRaw(address: string, packets: Iterable<Buffer>): Promise<void> {
	const socket = createSocket({ type: "udp4", reuseAddr: true });
	socket.bind(5353, address);
	await once(socket, "listening");
	socket.setMulticastInterface("127.0.0.1");
	for (const packet of packets) await new Promise((sent) => socket.send(packet, 5353, "224.0.0.251", sent));
	socket.close();
	await once(socket, "close");
}

/** The bytes that multicast-dns would send. */
export async function encodeMdns(send: (mdns: makeMdns.MulticastDNS) => void): Promise<Buffer> {
	const { promise, resolve } = Promise.withResolvers<Buffer>();
	const socket = Object.assign(new EventEmitter(), { send: resolve });
	send(makeMdns({ socket: socket as unknown as Socket, bind: false }));
	return promise;
}
