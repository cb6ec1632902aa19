import { get } from "node:http";
import bencode from "bencode";

/** A controller that restarts is back in seconds. */
const RETRY_MS = 2_000;
/** However many strangers knock. */
const SOONEST_MS = 250;
const ANSWER_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
const LONGEST_INTERVAL_SECONDS = 3_600;

export interface Place {
	readonly address: string;
	readonly port: number;
}

/** What the controller's tracker answers; all but peers and interval is ours alone, and another tracker's answer lacks it. */
export interface TrackerAnswer {
	readonly peers: readonly Place[];
	readonly intervalMs: number;
	/** The controller's own peer, where this machine is to fetch from it. */
	readonly source: Place | null;
	readonly upBytesPerSecond: number | null;
	readonly downBytesPerSecond: number | null;
	/** Nobody needs this machine's copy any more. */
	readonly isDismissed: boolean;
}

export interface AnnouncedFigures {
	readonly downloaded: number;
	readonly uploaded: number;
	readonly left: number;
	/** Which pieces are here, for people to look at: of ours alone, in no BEP. */
	readonly pieces: string;
}

export interface AnnouncerOptions {
	/** With this machine's token. */
	readonly announce: string;
	/** Both in hex. */
	readonly infoHash: string;
	readonly peerId: string;
	readonly port: number;
	readonly figures: () => AnnouncedFigures;
	readonly onAnswer: (answer: TrackerAnswer) => void;
	/** The tracker is not there; it will be asked again. */
	readonly onSilence: () => void;
}

type AnnounceEvent = "started" | "completed" | "stopped";

/** Tells the tracker how far this machine is, again and again, and hears whom to meet (BEP 3, 23). */
export class Announcer {
	readonly #options: AnnouncerOptions;
	#timer: NodeJS.Timeout | undefined;
	#dueAt = Number.POSITIVE_INFINITY;
	#askedAt = Number.NEGATIVE_INFINITY;
	#event: AnnounceEvent | null = "started";
	#isAsking = false;
	#isStopped = false;

	constructor(options: AnnouncerOptions) {
		this.#options = options;
	}

	start(): void {
		void this.#ask();
	}

	/** Somebody is there whom the tracker has not told of yet. */
	soon(): void {
		this.#arm(Math.max(0, this.#askedAt + SOONEST_MS - performance.now()));
	}

	completed(): void {
		this.#event = this.#event === "started" ? "started" : "completed";
		this.#arm(0);
	}

	/** Says goodbye, once. */
	async stop(): Promise<void> {
		if (this.#isStopped) return;
		this.#isStopped = true;
		clearTimeout(this.#timer);
		await this.#send("stopped").catch(() => null);
	}

	#arm(inMs: number): void {
		const dueAt = performance.now() + inMs;
		if (this.#isStopped || dueAt >= this.#dueAt) return;
		clearTimeout(this.#timer);
		this.#dueAt = dueAt;
		this.#timer = setTimeout(() => void this.#ask(), inMs);
	}

	async #ask(): Promise<void> {
		this.#dueAt = Number.POSITIVE_INFINITY;
		if (this.#isStopped) return;
		if (this.#isAsking) {
			this.#arm(SOONEST_MS);
			return;
		}
		this.#isAsking = true;
		this.#askedAt = performance.now();
		const event = this.#event;
		const answer = await this.#send(event).catch(() => undefined);
		this.#isAsking = false;
		if (this.#isStopped) return;
		if (answer && this.#event === event) this.#event = null;
		this.#arm(answer?.intervalMs ?? RETRY_MS);
		if (answer) this.#options.onAnswer(answer);
		else if (answer === undefined) this.#options.onSilence();
	}

	async #send(event: AnnounceEvent | null): Promise<TrackerAnswer | null> {
		return readAnswer(await fetchBytes(this.#url(event)));
	}

	#url(event: AnnounceEvent | null): string {
		const { announce, infoHash, peerId, port, figures } = this.#options;
		const query = [
			`info_hash=${percentEncoded(infoHash)}`,
			`peer_id=${percentEncoded(peerId)}`,
			...Object.entries({ port, ...figures(), compact: 1 }).map(([key, value]) => `${key}=${value}`),
			...(event ? [`event=${event}`] : []),
		];
		return `${announce}${announce.includes("?") ? "&" : "?"}${query.join("&")}`;
	}
}

function percentEncoded(hex: string): string {
	return hex.replace(/../g, "%$&");
}

function fetchBytes(url: string): Promise<Uint8Array> {
	const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
	const request = get(url, { signal: AbortSignal.timeout(ANSWER_MS), agent: false }, (response) => {
		const chunks: Buffer[] = [];
		let size = 0;
		response.on("data", (chunk: Buffer) => {
			size += chunk.length;
			if (size > MAX_ANSWER_BYTES) request.destroy(new Error("the tracker's answer is too long"));
			else chunks.push(chunk);
		});
		response.on("end", () => resolve(Buffer.concat(chunks)));
		response.on("error", reject);
	});
	request.on("error", reject);
	return promise;
}

/** Null for a refusal, and for what is no answer. Throws on what is no bencoding. */
export function readAnswer(bytes: Uint8Array): TrackerAnswer | null {
	const answer = bencode.decode(bytes);
	if (!isDictionary(answer) || "failure reason" in answer) return null;
	const ours = isDictionary(answer.fleetseed) ? answer.fleetseed : {};
	const { interval, peers, peers6 } = answer;
	const seconds = typeof interval === "number" && interval > 0 ? Math.min(interval, LONGEST_INTERVAL_SECONDS) : 60;
	return {
		peers: [...places(peers, 4), ...places(peers6, 16)],
		intervalMs: seconds * 1000,
		source: sourceOf(ours),
		upBytesPerSecond: rateOf(ours.up),
		downBytesPerSecond: rateOf(ours.down),
		isDismissed: ours.dismissed === 1,
	};
}

function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function sourceOf({ source, source_port: port }: Readonly<Record<string, unknown>>): Place | null {
	if (!(source instanceof Uint8Array) || typeof port !== "number") return null;
	return { address: Buffer.from(source).toString("latin1"), port };
}

function rateOf(value: unknown): number | null {
	return typeof value === "number" && value > 0 ? value : null;
}

/** Compact peers: an address and a port each, in network order (BEP 23, BEP 7). */
function places(bytes: unknown, addressBytes: 4 | 16): readonly Place[] {
	if (!(bytes instanceof Uint8Array)) return [];
	const found: Place[] = [];
	for (let at = 0; at + addressBytes + 2 <= bytes.length; at += addressBytes + 2) {
		const address = Buffer.from(bytes.subarray(at, at + addressBytes));
		const port = Buffer.from(bytes).readUInt16BE(at + addressBytes);
		if (port > 0) found.push({ address: addressText(address), port });
	}
	return found;
}

function addressText(bytes: Buffer): string {
	if (bytes.length === 4) return [...bytes].join(".");
	return new URL(`http://[${bytes.toString("hex").replace(/....(?!$)/g, "$&:")}]`).hostname.slice(1, -1);
}
