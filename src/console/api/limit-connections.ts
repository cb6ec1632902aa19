import type { Server, Socket } from "node:net";

/** Streams of events among them; each takes some ten kilobytes, with TLS some fifty. */
const MAX_CONNECTIONS = 1_000;
/** Also of a proxy. The rest is there for others. */
const MAX_OF_ADDRESS = 500;

/** Whoever opens connections without end, which takes no token, fills neither memory nor the places of others. */
export function limitConnections(server: Server): void {
	server.maxConnections = MAX_CONNECTIONS;
	const open = new Map<string, number>();
	server.on("connection", (socket: Socket) => {
		const address = socket.remoteAddress ?? "";
		const many = (open.get(address) ?? 0) + 1;
		open.set(address, many);
		socket.once("close", () => {
			const left = (open.get(address) ?? 1) - 1;
			if (left === 0) open.delete(address);
			else open.set(address, left);
		});
		if (many > MAX_OF_ADDRESS) socket.destroy();
	});
}
