// node outsider.ts INFOHASH TRACKER ADDRESS: somebody on the LAN who knows the info-hash and no token, and asks everybody for everything.
import { connect } from "node:net";
import { type Address, announce } from "./announce.ts";
import { contentBytes, MESSAGE, Wire } from "./wire.ts";

/** Where somebody was seen to listen. */
export interface Sighting {
	readonly kind: "sighting";
	readonly listeners: readonly Address[];
}

export interface Loot {
	readonly kind: "loot";
	/** Whom it got content of the package from, and how much. */
	readonly from: Readonly<Record<string, number>>;
	readonly contentBytes: number;
	/** All that came, greetings included. */
	readonly receivedBytes: number;
	readonly tried: number;
	readonly namedByTracker: number;
}

const PEER_ID = "-XX0001-anoutsider00";
const BLOCK_BYTES = 16 * 1024;
const ASKED_BLOCKS = 64;
const AGAIN_MS = 2_000;

const [infoHash = "", tracker = "", address = ""] = process.argv.slice(2);
const from: Record<string, number> = {};
const connected = new Set<string>();
const tried = new Set<string>();
const wires: Wire[] = [];
const named = new Set<string>();

function rob({ host, port }: Address): void {
	const name = `${host}:${port}`;
	if (connected.has(name)) return;
	connected.add(name);
	tried.add(name);
	const socket = connect({ host, port, localAddress: address });
	socket.on("error", () => socket.destroy());
	socket.on("close", () => connected.delete(name));
	const wire = new Wire(socket, {
		infoHash,
		peerId: PEER_ID,
		onGreeted: () => {
			wire.send(MESSAGE.haveNone);
			wire.send(MESSAGE.interested);
		},
		onMessage: (id, payload) => {
			if (id === MESSAGE.unchoke) for (let piece = 0; piece < ASKED_BLOCKS; piece += 1) ask(wire, piece);
			if (id === MESSAGE.have && payload.length >= 4) ask(wire, payload.readUInt32BE());
			if (id === MESSAGE.piece) from[name] = (from[name] ?? 0) + contentBytes(payload);
		},
	});
	wires.push(wire);
}

function ask(wire: Wire, piece: number): void {
	wire.request({ piece, begin: 0, length: BLOCK_BYTES });
}

async function askTracker(): Promise<void> {
	for (const query of ["", "?token=", "?token=guess"]) {
		const peers = await announce(`${tracker}${query}`, { infoHash, peerId: PEER_ID, port: 6881, left: 1 });
		for (const { host, port } of peers) {
			named.add(`${host}:${port}`);
			rob({ host, port });
		}
	}
}

void askTracker();
setInterval(() => void askTracker(), AGAIN_MS);
process.on("message", (message: Sighting | { readonly kind: "tell" }) => {
	if (message.kind === "sighting") for (const listener of message.listeners) rob(listener);
	else {
		const received = wires.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
		const content = Object.values(from).reduce((sum, bytes) => sum + bytes, 0);
		const loot: Loot = {
			kind: "loot",
			from,
			contentBytes: content,
			receivedBytes: received,
			tried: tried.size,
			namedByTracker: named.size,
		};
		process.send?.(loot);
	}
});
process.on("disconnect", () => process.exit(0));
