import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createSecureContext, Server as TlsServer } from "node:tls";
import type { FastifyBaseLogger } from "fastify";
import type { ApiSettings } from "../../policy/api-schema.ts";
import type { Problem } from "../../policy/document.ts";
import { CannotListen } from "../cannot-listen.ts";
import { clearSocketPath } from "../clear-socket-path.ts";
import { buildServer, TLS } from "./build-server.ts";
import { limitConnections } from "./limit-connections.ts";
import type { Api, Desks } from "./routes.ts";

interface ApiOptions {
	readonly desks: Desks;
	readonly socketPath: string;
	/** null: on the unix socket alone. */
	readonly tcp: ApiSettings | null;
	readonly log: FastifyBaseLogger;
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** The daemon's HTTP API: on its unix socket, where who may open it may steer, and over TCP for those with a token. */
export class ApiServer {
	readonly #options: ApiOptions;
	readonly #servers: Api[] = [];

	constructor(options: ApiOptions) {
		this.#options = options;
	}

	/** Rejects with CannotListen when the socket's path is taken or the certificate cannot be read, with the system's error when the port is taken. */
	async start(): Promise<void> {
		const { desks, socketPath, tcp, log } = this.#options;
		await mkdir(dirname(socketPath), { recursive: true });
		await clearSocketPath(socketPath);
		const onSocket = await buildServer({ desks, log, guarding: null, url: () => this.url() });
		this.#servers.push(onSocket);
		await onSocket.listen({ path: socketPath });
		await chmod(socketPath, 0o660);
		if (tcp) await this.#startTcp(tcp);
	}

	/** Where it listens over TCP, by a name that it answers to: https://127.0.0.1:8443; null: nowhere. */
	url(): string | null {
		const { tcp } = this.#options;
		const address = this.#servers[1]?.server.address();
		if (!tcp || typeof address !== "object" || !address) return null;
		const own = address.family === "IPv6" ? `[${address.address}]` : address.address;
		const names = tcp.allowedHosts.filter((each) => each !== own && each !== "localhost");
		// A browser cannot go to an address that stands for all of them, nor trusts one that a certificate does not name.
		const host = tcp.tls || EVERY_ADDRESS.has(address.address) ? names[0] : undefined;
		return `${tcp.tls ? "https" : "http"}://${host ?? own}:${address.port}`;
	}

	/** Takes the certificate and its key as their files have them now; connections that are open keep the one that they began with. Answers what is wrong with them: then nothing changes. */
	async readCertificate(): Promise<readonly Problem[]> {
		const server = this.#servers[1]?.server;
		const files = this.#options.tcp?.tls;
		if (!files || !(server instanceof TlsServer)) return [];
		try {
			const pair = await readPair(files);
			createSecureContext(pair);
			server.setSecureContext({ ...pair, ...TLS });
			return [];
		} catch (error) {
			const expected = "a certificate and its key, PEM; the one of before stays in use";
			const place = { file: files.certFile, line: 1, column: 1, path: "" };
			return [{ code: "FS-CONFIG", ...place, expected, saw: (error as Error).message }];
		}
	}

	async stop(): Promise<void> {
		await Promise.all(this.#servers.map((server) => server.close()));
	}

	async #startTcp(api: ApiSettings): Promise<void> {
		const { desks, log } = this.#options;
		const tls = api.tls && (await readPair(api.tls));
		const server = await buildServer({
			desks,
			log,
			guarding: { api, tokens: desks.tokens },
			url: () => this.url(),
			...(tls ? { tls } : {}),
		});
		this.#servers.push(server);
		limitConnections(server.server);
		await server.listen({ host: api.host, port: api.port });
	}
}

async function readPair({ certFile, keyFile }: NonNullable<ApiSettings["tls"]>) {
	return { cert: await readPem(certFile), key: await readPem(keyFile) };
}

function readPem(file: string): Promise<Buffer> {
	return readFile(file).catch((error: Error) => {
		throw new CannotListen(`${file}: cannot be read: ${error.message}`, "FS-CONFIG");
	});
}
