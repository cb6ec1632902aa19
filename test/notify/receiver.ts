import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { NoticeMessage } from "../../src/model/notice.ts";

export interface Received {
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
	readonly message: NoticeMessage;
}

/** A program that is told over HTTP. It answers what `status` says, and keeps what came. */
export class Receiver {
	readonly received: Received[] = [];
	readonly #server = createServer();
	status: (request: number) => number;

	constructor(status: (request: number) => number = () => 204) {
		this.status = status;
	}

	async start(): Promise<void> {
		this.#server.on("request", async (request, response) => {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const body = Buffer.concat(chunks).toString();
			this.received.push({ headers: request.headers, body, message: JSON.parse(body) as NoticeMessage });
			const status = this.status(this.received.length);
			response.writeHead(status, status === 302 ? { location: `${this.url}/elsewhere` } : {}).end();
		});
		await once(this.#server.listen(0, "127.0.0.1"), "listening");
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Everything that was told, in order. */
	get notices() {
		return this.received.flatMap(({ message }) => message.notices);
	}

	stop(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}
