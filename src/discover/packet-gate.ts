import { CountBucket, type Rate } from "../model/count-bucket.ts";
import type { Network } from "./network.ts";

const HEADER_BYTES = 12;
/** A jumbo frame's worth; a crafted 9 kB packet costs the decoder 22 ms. */
const MAX_BYTES = 4096;
/** Root name, type, class, TTL and length: no record is shorter. */
const MIN_RECORD_BYTES = 11;
const MAX_RECORDS = 256;
const MAX_SOURCES = 4096;
const MDNS_PORT = 5353;
const SOURCE_RATE: Rate = { perSecond: 200, burst: 1000 };
const TOTAL_RATE: Rate = { perSecond: 5000, burst: 20_000 };

export interface Sender {
	readonly address: string;
	readonly port: number;
}

/** Why a packet is not decoded. `not_for_us` is normal traffic: queries, and what other links' groups bring to our socket. */
export type Refusal = "not_for_us" | "malformed" | "too_large" | "over_budget";

/** Judges a packet by its size, its sender and its 12-byte header alone, so that hostile ones cost next to nothing. */
export class PacketGate {
	readonly #network: Network;
	readonly #total: CountBucket;
	readonly #sources = new Map<string, CountBucket>();

	constructor(network: Network, nowMs: number) {
		this.#network = network;
		this.#total = new CountBucket(TOTAL_RATE, nowMs);
	}

	/** Null: decode it. */
	refusal(packet: Buffer, sender: Sender, nowMs: number): Refusal | null {
		// RFC 6762 sections 6 and 11: from port 5353 and from this link, or silently ignored.
		if (sender.port !== MDNS_PORT || !this.#network.contains(sender.address)) return "not_for_us";
		if (packet.length < HEADER_BYTES) return "malformed";
		if (packet.readUInt8(2) < 0x80) return "not_for_us";
		if (packet.length > MAX_BYTES) return "too_large";
		const records = [4, 6, 8, 10].reduce((sum, offset) => sum + packet.readUInt16BE(offset), 0);
		if (records > MAX_RECORDS || HEADER_BYTES + records * MIN_RECORD_BYTES > packet.length) return "malformed";
		const isWithin = this.#bucket(sender.address, nowMs).take(records, nowMs) && this.#total.take(records, nowMs);
		return isWithin ? null : "over_budget";
	}

	/** Sources are kept in the order they were last heard; the longest silent one makes room. */
	#bucket(address: string, nowMs: number): CountBucket {
		const bucket = this.#sources.get(address) ?? new CountBucket(SOURCE_RATE, nowMs);
		this.#sources.delete(address);
		this.#sources.set(address, bucket);
		const [oldest] = this.#sources.keys();
		if (this.#sources.size > MAX_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
		return bucket;
	}
}
