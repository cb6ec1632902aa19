import { createReadStream, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** An HTTP origin of one file that counts what it sends: the only place the package comes from. */
export class Origin {
	readonly #server: Server;
	sentBytes = 0;

	constructor(file: string) {
		const size = statSync(file).size;
		this.#server = createServer((request, response) => {
			const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
			const range = start > 0 ? { "content-range": `bytes ${start}-${size - 1}/${size}` } : {};
			response.writeHead(start > 0 ? 206 : 200, { "content-length": size - start, "accept-ranges": "bytes", ...range });
			if (request.method === "HEAD") return void response.end();
			const body = createReadStream(file, { start });
			body.on("data", (chunk) => {
				this.sentBytes += chunk.length;
			});
			pipeline(body, response).catch((error: Error) => response.destroy(error));
		});
	}

	/** The file's address on loopback. */
	start(): Promise<string> {
		return new Promise((resolve) => {
			this.#server.listen(0, "127.0.0.1", () => {
				const { port } = this.#server.address() as AddressInfo;
				resolve(`http://127.0.0.1:${port}/atlas.tar.gz`);
			});
		});
	}

	stop(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}
}
