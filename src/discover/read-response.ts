import { machineName } from "./machine-name.ts";
import { isMachineAddress, type Network } from "./network.ts";
import { readLabels } from "./read-labels.ts";

/** A decoded response, as far as it is looked at. What the decoder says of `data` is not believed. */
export interface Packet {
	readonly answers: readonly ResourceRecord[];
	readonly additionals: readonly ResourceRecord[];
}

interface ResourceRecord {
	readonly type: string;
	readonly name: string;
	readonly ttl?: number;
	readonly flush?: boolean;
	readonly data?: unknown;
}

/** One record that concerns us. `ttlMs` 0 is a goodbye. `rank` is the service type's place in the configured order. */
export type Heard =
	| { readonly kind: "pointer"; readonly instance: string; readonly ttlMs: number }
	| {
			readonly kind: "service";
			readonly instance: string;
			readonly rank: number;
			readonly machine: string;
			readonly host: string;
			readonly port: number;
			readonly ttlMs: number;
	  }
	| { readonly kind: "text"; readonly instance: string; readonly labels: Readonly<Record<string, string>> }
	| {
			readonly kind: "address";
			readonly machine: string;
			readonly address: string;
			readonly ttlMs: number;
			readonly replacesOthers: boolean;
	  };

export interface Reading {
	readonly heard: readonly Heard[];
	/** SRV targets that are no machine names. */
	readonly refusedHosts: readonly string[];
}

/** RFC 6762 section 10 recommends at most 75 minutes. */
const MAX_TTL_S = 4500;

/** Keeps what names a machine of the given service types, services first, addresses last. */
export function readResponse(packet: Packet, serviceTypes: readonly string[], network: Network): Reading {
	const suffixes = serviceTypes.map((type) => `._${type}._tcp.local`);
	const records = [...packet.answers, ...packet.additionals];
	const refusedHosts: string[] = [];
	const services = records.flatMap((record) => readService(record, suffixes, refusedHosts));
	const rest = records.flatMap((record) => readPointer(record, suffixes) ?? readText(record, suffixes) ?? []);
	const addresses = records.flatMap((record) => readAddress(record, network) ?? []);
	return { heard: [...services, ...rest, ...addresses], refusedHosts };
}

function readService(record: ResourceRecord, suffixes: readonly string[], refusedHosts: string[]): Heard[] {
	const instance = lower(record.name);
	const rank = suffixes.findIndex((suffix) => instance.endsWith(suffix));
	if (record.type !== "SRV" || rank < 0 || !isObject(record.data)) return [];
	const { target: host, port } = record.data;
	if (typeof host !== "string" || typeof port !== "number" || port < 1 || port > 65_535) return [];
	const machine = machineName(host);
	if (machine !== null) return [{ kind: "service", instance, rank, machine, host, port, ttlMs: ttlMs(record) }];
	refusedHosts.push(host);
	return [];
}

function readPointer(record: ResourceRecord, suffixes: readonly string[]): Heard | null {
	if (record.type !== "PTR" || !suffixes.includes(`.${lower(record.name)}`) || typeof record.data !== "string")
		return null;
	const instance = lower(record.data);
	return suffixes.some((suffix) => instance.endsWith(suffix))
		? { kind: "pointer", instance, ttlMs: ttlMs(record) }
		: null;
}

function readText(record: ResourceRecord, suffixes: readonly string[]): Heard | null {
	const instance = lower(record.name);
	if (record.type !== "TXT" || ttlMs(record) === 0 || !suffixes.some((suffix) => instance.endsWith(suffix)))
		return null;
	return { kind: "text", instance, labels: readLabels(record.data) };
}

function readAddress(record: ResourceRecord, network: Network): Heard | null {
	const machine = record.type === "A" ? machineName(record.name) : null;
	if (machine === null || !isMachineAddress(record.data, network)) return null;
	const replacesOthers = record.flush === true;
	return { kind: "address", machine, address: record.data, ttlMs: ttlMs(record), replacesOthers };
}

function ttlMs({ ttl }: ResourceRecord): number {
	return Math.min(Math.max(ttl ?? 0, 0), MAX_TTL_S) * 1000;
}

/** DNS compares ASCII letters without case (RFC 6762 section 16). */
function lower(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
