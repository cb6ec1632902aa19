import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import type { Footprint } from "./footprint.ts";
import { startLongRunner } from "./long-runner.ts";
import type { Link } from "./network.ts";
import type { LabPackage } from "./package.ts";
import { waitFor } from "./wait.ts";

const START_MS = 15_000;

/** nginx serving the package on the lab's own network, as a vendor's site would; its log says what left it. */
export class Origin {
	readonly url: string;
	readonly #folder: string;
	readonly #link: Link;
	readonly #footprint: Footprint;

	#pid: number | null = null;

	constructor(footprint: Footprint, link: Link, { fileName }: Pick<LabPackage, "fileName">) {
		this.#footprint = footprint;
		this.#link = link;
		this.#folder = join(footprint.folder, "origin");
		this.url = `http://${link.address}/${fileName}`;
	}

	/** Of nginx, once it is started. */
	get pid(): number | null {
		return this.#pid;
	}

	async start(labPackage: Pick<LabPackage, "file" | "fileName">, signal: AbortSignal): Promise<void> {
		const served = join(this.#folder, "served");
		await mkdir(served, { recursive: true });
		await copyFile(labPackage.file, join(served, labPackage.fileName));
		await writeFile(join(this.#folder, "nginx.conf"), configuration(this.#folder, this.#link.address));
		const inside = ["ip", "netns", "exec", this.#link.namespace];
		const nginx = ["nginx", "-p", this.#folder, "-e", join(this.#folder, "error.log"), "-c", "nginx.conf"];
		const runner = await startLongRunner(this.#footprint, [...inside, ...nginx], {
			logFile: join(this.#folder, "nginx.out"),
		});
		this.#pid = runner.pid;
		const isListening = async () => {
			if (runner.hasEnded())
				throw new Error(`nginx did not start: ${await readFile(join(this.#folder, "error.log"), "utf8")}`);
			const { stdout } = await run([...inside, "ss", "-Hltn", "sport = :80"]);
			return stdout.trim() === "" ? null : true;
		};
		await waitFor(isListening, { what: "nginx listens", timeoutMs: START_MS, signal, intervalMs: 50 });
	}

	/** Serves one more file; answers its URL. */
	async serve(file: string, fileName: string): Promise<string> {
		await copyFile(file, join(this.#folder, "served", fileName));
		return `http://${this.#link.address}/${fileName}`;
	}

	/** Bytes of bodies that it sent since it started, over all requests, as its log counts them when each one ends. */
	async sentBytes(): Promise<number> {
		const log = await readFile(join(this.#folder, "access.log"), "utf8");
		const sizes = log
			.split("\n")
			.filter(Boolean)
			.map((line) => Number(line.split(" ")[2]));
		return sizes.reduce((sum, size) => sum + size, 0);
	}
}

function configuration(folder: string, address: string): string {
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
		.map((kind) => `\t${kind}_temp_path ${folder}/${kind};`)
		.join("\n");
	// A small send buffer: what a killed reader never fetched must not be counted as sent.
	return `daemon off;
master_process off;
user root;
pid ${folder}/nginx.pid;
events {}
http {
	log_format bytes '$msec $status $body_bytes_sent $http_range $request';
	access_log ${folder}/access.log bytes;
	sendfile on;
	default_type application/octet-stream;
${temporary}
	server {
		listen ${address}:80 sndbuf=64k;
		root ${folder}/served;
	}
}
`;
}
