import type { RemoteInfo, Socket } from "node:dgram";
import { EventEmitter } from "node:events";

type Sent = (error: Error | null) => void;

/**
 * What multicast-dns sees in place of the socket: messages that were let through, and `send`. It joins and binds nothing itself:
 * were its own `addMembership` to fail, it would go on and send from the default interface, which may be another network.
 */
export class GatedSocket extends EventEmitter {
	readonly #socket: Socket;
	readonly #onSendError: (error: Error) => void;

	constructor(
		socket: Socket,
		on: { readonly admits: (message: Buffer, from: RemoteInfo) => boolean; readonly sendError: (error: Error) => void },
	) {
		super();
		this.#socket = socket;
		this.#onSendError = on.sendError;
		socket.on("message", (message, from) => {
			if (on.admits(message, from)) this.emit("message", message, from);
		});
	}

	send(message: Buffer, offset: number, length: number, port: number, address: string, sent: Sent): void {
		this.#socket.send(message, offset, length, port, address, (error) => {
			if (error) this.#onSendError(error);
			sent(error);
		});
	}

	close(closed: () => void): void {
		this.#socket.close(closed);
	}
}
