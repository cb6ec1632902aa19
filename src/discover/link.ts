import type { RemoteInfo } from "node:dgram";
import type { EventEmitter } from "node:events";
import Bonjour from "bonjour-service";
import { CountBucket } from "../model/count-bucket.ts";
import { GatedSocket } from "./gated-socket.ts";
import type { Network } from "./network.ts";
import { openSocket } from "./open-socket.ts";
import { PacketGate, type Refusal } from "./packet-gate.ts";
import type { ProblemLog } from "./problem-log.ts";
import type { Packet } from "./read-response.ts";

/** Answers to a query come within half a second (RFC 6762 section 6); what comes later was said unasked. */
const ANSWER_WINDOW_MS = 1000;

export interface Question {
	readonly name: string;
	readonly type: "A" | "SRV" | "TXT";
}

export interface Response {
	readonly packet: Packet;
	readonly network: Network;
	readonly senderAddress: string;
	/** It came just after a query of ours. */
	readonly isAnswer: boolean;
}

export interface LinkOptions {
	readonly network: Network;
	readonly serviceTypes: readonly string[];
	readonly onResponse: (response: Response) => void;
	readonly problems: ProblemLog;
}

interface Mdns extends EventEmitter {
	query(questions: readonly Question[]): void;
}

const REFUSALS: Readonly<Record<Exclude<Refusal, "not_for_us">, string>> = {
	malformed: "a packet whose header does not fit its length",
	too_large: "a packet larger than 4 KiB",
	over_budget: "more records in a second than one source may send",
};

/** mDNS on one of our interfaces. */
export class Link {
	readonly #options: LinkOptions;
	readonly #gate: PacketGate;
	readonly #questions = new CountBucket({ perSecond: 20, burst: 60 }, performance.now());
	#bonjour: Bonjour | null = null;
	#mdns: Mdns | null = null;
	#askedAt = Number.NEGATIVE_INFINITY;

	constructor(options: LinkOptions) {
		this.#options = options;
		this.#gate = new PacketGate(options.network, performance.now());
	}

	get isOpen(): boolean {
		return this.#bonjour !== null;
	}

	/** A failure is told as a problem, and leaves the link closed. */
	async start(): Promise<void> {
		if (this.#bonjour) return;
		const { network, problems } = this.#options;
		try {
			const raw = await openSocket(network);
			raw.on("error", (error) => this.#fail(error));
			const sendError = (error: Error) =>
				problems.tell(`send ${network.address}`, `${network.address}: ${error.message}`);
			const socket = new GatedSocket(raw, { admits: (message, from) => this.#admits(message, from), sendError });
			// Settings of multicast-dns, which bonjour-service passes on and does not declare.
			const settings: object = { socket, bind: false };
			this.#bonjour = new Bonjour(settings, (error: Error) => this.#fail(error));
			this.#listen(this.#bonjour);
		} catch (error) {
			this.#fail(error);
		}
	}

	/** Asks for every service type. bonjour-service's own list is switched off again at once: it grows without bound. */
	browse(): void {
		this.#askedAt = performance.now();
		for (const type of this.#options.serviceTypes) this.#bonjour?.find({ type }).stop();
	}

	/** Asks for what a response left out; sparingly, since anyone on the link can make us ask. */
	ask(questions: readonly Question[]): void {
		if (questions.length === 0 || !this.#questions.take(questions.length, performance.now())) return;
		this.#askedAt = performance.now();
		this.#mdns?.query(questions);
	}

	async stop(): Promise<void> {
		const bonjour = this.#bonjour;
		this.#bonjour = null;
		this.#mdns = null;
		if (bonjour) await new Promise<void>((resolve) => bonjour.destroy(resolve));
	}

	#listen(bonjour: Bonjour): void {
		// The only way to the raw records and their TTLs; bonjour-service declares it private.
		this.#mdns = (bonjour as unknown as { server: { mdns: Mdns } }).server.mdns;
		const { network, onResponse, problems } = this.#options;
		this.#mdns.on("response", (packet: Packet, from: RemoteInfo) => {
			const isAnswer = performance.now() - this.#askedAt < ANSWER_WINDOW_MS;
			onResponse({ packet, network, senderAddress: from.address, isAnswer });
		});
		this.#mdns.on("warning", (error: Error) =>
			problems.tell("undecodable", `mDNS on ${network.address}: a packet could not be decoded (${error.message})`),
		);
	}

	#admits(message: Buffer, from: RemoteInfo): boolean {
		const refusal = this.#gate.refusal(message, from, performance.now());
		if (refusal === null) return true;
		if (refusal !== "not_for_us")
			this.#options.problems.tell(refusal, `mDNS from ${from.address}: ignored ${REFUSALS[refusal]}`);
		return false;
	}

	#fail(error: unknown): void {
		const { network, problems } = this.#options;
		const said = error instanceof Error ? error.message : String(error);
		problems.tell(`link ${network.address}`, `mDNS on ${network.address} is down and is tried again: ${said}`);
		void this.stop();
	}
}
