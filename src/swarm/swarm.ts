import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import type { Shape } from "../model/traffic.ts";
import { Calls } from "./calls.ts";
import { torrentPath } from "./make-torrent.ts";
import type { Admitted, PackagePieces, PeerProgress, Ports, Report, Sending, Shared } from "./messages.ts";
import { SwarmDown } from "./swarm-down.ts";
import { SwarmProcess } from "./swarm-process.ts";
import { withAnnounce } from "./torrent-file.ts";

export type { PeerProgress } from "./messages.ts";

export interface SwarmOptions {
	/** <storeFolder>/packages/<sha256> are the packages; their torrents are kept in <storeFolder>/torrents. */
	readonly storeFolder: string;
	/** The one address at which tracker and source listen; absent: every one, of IPv6 too where there is any. */
	readonly host?: string;
	/** 0: any that is free. */
	readonly trackerPort: number;
	readonly peerPort: number;
	readonly onProgress: (progress: PeerProgress) => void;
	/** Told when it is asked for by `countSent`, each byte once. */
	readonly onSent: (sent: readonly Sending[]) => void;
	/** The swarm process died, and is started again. */
	readonly onRestart: (detail: string) => void;
}

export interface Access {
	/** The machine's. */
	readonly token: string;
	/** Where the machine reaches us. */
	readonly host: string;
}

const START_MS = 30_000;
/** How long a call waits for a process that is just being started again. */
const READY_MS = 10_000;
/** Making a torrent reads the whole package: 30 minutes do for half a terabyte. */
const SHARE_MS = 30 * 60_000;
/** What was sent, and who has which pieces. */
const LOOK_MS = 5_000;
/** Whether the process still answers, and what memory it holds, is looked at this often ... */
const PULSE_MS = 4_000;
/** ... and it hangs when it did not so many times in a row: the first time it may be we who were stopped, or asleep. */
const MISSED_PULSES = 2;

/**
 * Seeds packages to admitted machines: a private tracker and a source, in a process of their own that is restarted when it
 * dies. Calls reject with SwarmDown when it is away for longer than 10 s or dies meanwhile, and may be made again.
 */
export class Swarm {
	readonly #options: SwarmOptions;
	readonly #process: SwarmProcess;
	readonly #calls = new Calls();
	readonly #shared = new Set<string>();
	#admitted: readonly Admitted[] = [];
	#shape: Shape = { uploadBytesPerSecond: null, packages: [] };
	#ports: Ports;
	#isOpen = false;
	#lastEnd = "";
	#pulse: NodeJS.Timeout | undefined;
	#missedPulses = 0;
	/** Resolves when the process is open; made anew whenever it is not. */
	#opening = Promise.withResolvers<void>();

	constructor(options: SwarmOptions) {
		this.#options = options;
		this.#ports = { tracker: options.trackerPort, peer: options.peerPort };
		this.#process = new SwarmProcess({
			onStarted: () => this.#open(),
			onReport: (report) => this.#receive(report),
			onGone: (detail) => this.#gone(detail),
		});
	}

	/** Resolves once both ports are bound. Rejects with SwarmDown when that takes longer than 30 s; it keeps trying. */
	async start(): Promise<void> {
		this.#process.start();
		await this.#untilOpen(START_MS);
	}

	async stop(): Promise<void> {
		await this.#process.stop();
		const why = new SwarmDown("the swarm was stopped");
		this.#opening.promise.catch(() => undefined);
		this.#opening.reject(why);
		this.#opening = Promise.withResolvers<void>();
		this.#close(why);
	}

	/** The ports that are really bound, once started. */
	get ports(): Ports {
		return this.#ports;
	}

	/** The swarm process, while there is one. */
	get pid(): number | undefined {
		return this.#process.pid;
	}

	/** Seeds a package of the store. Its torrent is made the first time. Rejects when the package is not there. */
	async share(sha256: string): Promise<Shared> {
		await this.#untilOpen(READY_MS);
		const shared = await this.#calls.make<Shared>(SHARE_MS, (id) => this.#process.send({ kind: "share", id, sha256 }));
		this.#shared.add(sha256);
		return shared;
	}

	/** Seeds it no more, and lets go of its file. */
	retire(sha256: string): void {
		this.#shared.delete(sha256);
		if (this.#isOpen) this.#process.send({ kind: "retire", sha256 });
	}

	/** The torrent for one machine; its announce URL holds the machine's token. */
	async torrentFor(sha256: string, access: Access): Promise<Uint8Array> {
		if (!this.#shared.has(sha256)) await this.share(sha256);
		const announce = this.#url("announce", access);
		return withAnnounce(await readFile(torrentPath(this.#options.storeFolder, sha256)), announce);
	}

	/** Where the same machine gets the package by HTTP, whole or in ranges. */
	async urlFor(sha256: string, access: Access): Promise<string> {
		if (!this.#shared.has(sha256)) await this.share(sha256);
		return this.#url(`packages/${sha256}`, access);
	}

	#url(path: string, { token, host }: Access): string {
		const authority = `${isIPv6(host) ? `[${host}]` : host}:${this.#ports.tracker}`;
		return `http://${authority}/${path}?token=${encodeURIComponent(token)}`;
	}

	/** The whole allow-list: it replaces the last one, and ends the connections of whoever is no longer on it. */
	admit(peers: readonly Admitted[]): void {
		this.#admitted = peers;
		if (this.#isOpen) this.#process.send({ kind: "admit", peers });
	}

	/** Limits, and who is still to have what; they replace the last ones, at once. */
	shape(shape: Shape): void {
		this.#shape = shape;
		if (this.#isOpen) this.#process.send({ kind: "shape", shape });
	}

	/** Resolves once `onSent` has been told all that the source has sent up to now; what a process had not told when it died nobody knows. */
	async countSent(): Promise<void> {
		if (!this.#isOpen) throw new SwarmDown("the swarm process is being started");
		await this.#calls.make<null>(LOOK_MS, (id) => this.#process.send({ kind: "count", id }));
	}

	/** Who has which pieces of each package that is shared, as far as machines have told. */
	async pieces(): Promise<readonly PackagePieces[]> {
		if (!this.#isOpen) throw new SwarmDown("the swarm process is being started");
		return this.#calls.make<readonly PackagePieces[]>(LOOK_MS, (id) => this.#process.send({ kind: "pieces", id }));
	}

	/** The ports that were bound once are asked for again: the machines' torrents name them. */
	#open(): void {
		const { storeFolder, host } = this.#options;
		const opening = { storeFolder, ...(host === undefined ? {} : { host }), ports: this.#ports };
		this.#process.send({ kind: "open", opening });
	}

	#receive(report: Report): void {
		if (report.kind === "opened") this.#opened(report.ports);
		else if (report.kind === "progress") this.#options.onProgress(report.progress);
		else if (report.kind === "sent") this.#options.onSent(report.sent);
		else if (report.kind === "answer") this.#calls.resolve(report.id, report.answer);
		else this.#calls.reject(report.id, new Error(report.detail));
	}

	#opened(ports: Ports): void {
		this.#ports = ports;
		this.#isOpen = true;
		this.#process.send({ kind: "admit", peers: this.#admitted });
		this.#process.send({ kind: "shape", shape: this.#shape });
		for (const sha256 of this.#shared) void this.#shareAgain(sha256);
		this.#missedPulses = 0;
		this.#feelPulseSoon();
		this.#opening.resolve();
	}

	#feelPulseSoon(): void {
		clearTimeout(this.#pulse);
		this.#pulse = setTimeout(() => void this.#feelPulse(), PULSE_MS);
	}

	/** What a peer can crash it can also make swell, or spin, and then every call would wait for it. */
	async #feelPulse(): Promise<void> {
		const { pid } = this;
		if (this.#process.killIfTooLarge()) return;
		const isAlive = await this.countSent().then(
			() => true,
			() => false,
		);
		if (!this.#isOpen || this.pid !== pid) return;
		this.#missedPulses = isAlive ? 0 : this.#missedPulses + 1;
		if (this.#missedPulses < MISSED_PULSES) this.#feelPulseSoon();
		else this.#process.kill("it did not answer any more");
	}

	/** A package that is gone by now is told of when it is next shared. */
	async #shareAgain(sha256: string): Promise<void> {
		await this.share(sha256).catch((error: unknown) => {
			if (!(error instanceof SwarmDown)) this.#shared.delete(sha256);
		});
	}

	#gone(detail: string): void {
		this.#lastEnd = `; it ended last with ${detail}`;
		this.#close(new SwarmDown(detail));
		this.#options.onRestart(detail);
	}

	async #untilOpen(timeoutMs: number): Promise<void> {
		const { promise: late, reject } = Promise.withResolvers<void>();
		const give = () => reject(new SwarmDown(`the swarm process was not up within ${timeoutMs} ms${this.#lastEnd}`));
		const timer = setTimeout(give, timeoutMs);
		await Promise.race([this.#opening.promise, late]).finally(() => clearTimeout(timer));
	}

	#close(why: SwarmDown): void {
		if (this.#isOpen) this.#opening = Promise.withResolvers<void>();
		this.#isOpen = false;
		clearTimeout(this.#pulse);
		this.#calls.rejectAll(why);
	}
}
