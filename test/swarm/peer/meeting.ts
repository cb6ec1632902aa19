import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import bencode from "bencode";
import { makeTorrent } from "../../../src/swarm/make-torrent.ts";
import { Peer, type PeerOptions } from "../../../src/swarm/peer/peer.ts";
import { withAnnounce } from "../../../src/swarm/torrent-file.ts";
import { MESSAGE, Wire } from "../../bench/swarm/wire.ts";
import { digest } from "../workbench.ts";

/** A package, a tracker that names whom the test says, and peers of ours that meet there; all goes away with the test. */
export async function openMeeting(content: Uint8Array) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-peer-"));
	const sha256 = digest(content);
	await mkdir(join(folder, "packages"));
	await writeFile(join(folder, "packages", sha256), content);
	const { torrent, infoHash } = await makeTorrent(folder, sha256);
	// From there peers of this machine's loopback come; nobody listens at port 9.
	const named: { address: string; port: number }[] = [{ address: "127.0.0.1", port: 9 }];
	const announced: { left: number; event: string | null; port: number }[] = [];
	const controller = { isAway: false };
	const tracker = createHttpServer((request, response) => {
		if (controller.isAway) {
			request.socket.destroy();
			return;
		}
		const query = new URL(request.url ?? "", "http://tracker").searchParams;
		announced.push({
			left: Number(query.get("left")),
			event: query.get("event"),
			port: Number(query.get("port")),
		});
		response.end(bencode.encode({ interval: 1, peers: Buffer.concat(named.map(compact)) }));
	});
	await new Promise<void>((resolve) => tracker.listen(0, "127.0.0.1", resolve));
	const announce = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}/announce`;
	const peers: Peer[] = [];
	const closing: (() => void)[] = [];
	const close = async () => {
		await Promise.all(peers.map((peer) => peer.stop()));
		for (const each of closing) each();
		tracker.closeAllConnections();
		await new Promise((resolve) => tracker.close(resolve));
		await rm(folder, { recursive: true, force: true });
	};
	return {
		folder,
		content,
		sha256,
		infoHash,
		torrent: withAnnounce(torrent, announce),
		named,
		announced,
		controller,
		peers,
		closing,
		[Symbol.asyncDispose]: close,
	};
}

export type Meeting = Awaited<ReturnType<typeof openMeeting>>;

function compact({ address, port }: { address: string; port: number }): Buffer {
	return Buffer.from([...address.split(".").map(Number), port >> 8, port & 255]);
}

/** A peer of ours with a folder of its own; the port at which it listens is the last one announced. */
export async function startPeer(meeting: Meeting, name: string, options: Partial<PeerOptions> = {}) {
	const { promise: completed, resolve } = Promise.withResolvers<void>();
	const liars: string[] = [];
	const refusals: Error[] = [];
	const folder = options.folder ?? join(meeting.folder, name);
	const peer = new Peer({
		torrent: meeting.torrent,
		folder,
		onCompleted: resolve,
		onRefused: (error) => refusals.push(error),
		onLiar: (address) => liars.push(address),
	});
	meeting.peers.push(peer);
	await peer.start();
	return { peer, folder, completed, liars, refusals };
}

/** A peer that already holds the package. */
export async function startHolder(meeting: Meeting, name: string) {
	await mkdir(join(meeting.folder, name));
	await writeFile(join(meeting.folder, name, meeting.sha256), meeting.content);
	return startPeer(meeting, name);
}

export interface Visit {
	readonly socket: Socket;
	readonly wire: Wire;
	readonly send: (id: number, payload?: Buffer) => void;
}

/** Somebody at an address of his own who says that he has everything, and answers as the test says. */
export async function startStranger(
	meeting: Meeting,
	address: string,
	onMessage: (visit: Visit, id: number, payload: Buffer) => void,
): Promise<{ readonly visits: Visit[] }> {
	const visits: Visit[] = [];
	const server = createServer((socket) => {
		socket.on("error", () => socket.destroy());
		const wire = new Wire(socket, {
			infoHash: meeting.infoHash,
			peerId: `-XX0001-${address}`,
			onGreeted: () => {
				wire.send(MESSAGE.haveAll);
				wire.send(MESSAGE.unchoke);
			},
			onMessage: (id, payload) => onMessage(visit, id, payload),
		});
		const visit = { socket, wire, send: (id: number, payload?: Buffer) => wire.send(id, payload) };
		visits.push(visit);
	});
	await new Promise<void>((resolve) => server.listen(0, address, resolve));
	meeting.named.push({ address, port: (server.address() as AddressInfo).port });
	meeting.closing.push(() => {
		for (const { socket } of visits) socket.destroy();
		server.close();
	});
	return { visits };
}
