import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Network } from "./network.ts";

const GROUP = "224.0.0.251";
const PORT = 5353;

/**
 * A socket that hears mDNS and sends on this network only. The outgoing interface is set before anything can be sent; when that
 * fails the socket is closed and this rejects. Bound to 0.0.0.0: bound to an interface's address, Linux delivers no multicast.
 */
export async function openSocket({ address }: Network): Promise<Socket> {
	const socket = createSocket({ type: "udp4", reuseAddr: true });
	try {
		const listening = once(socket, "listening");
		socket.bind({ port: PORT, address: "0.0.0.0", exclusive: true });
		await listening;
		socket.setMulticastInterface(address);
		socket.addMembership(GROUP, address);
		socket.setMulticastTTL(255);
		socket.setMulticastLoopback(true);
		return socket;
	} catch (error) {
		socket.close();
		throw error;
	}
}
