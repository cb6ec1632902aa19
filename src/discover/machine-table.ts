import { isWorthTelling, SILENCE_MS } from "./is-worth-telling.ts";
import {
	type Address,
	type Entry,
	isSameSighting,
	type Living,
	type Service,
	type Sighting,
	sightingOf,
} from "./machine-entry.ts";
import type { Heard } from "./read-response.ts";

const MAX_SERVICES = 4;
const MAX_ADDRESSES = 8;
/** RFC 6762 section 10.1: a goodbye takes effect after a second, so that a machine that only changed something is not lost. */
const GOODBYE_MS = 1000;

export type Change =
	| { readonly kind: "seen"; readonly machine: string; readonly sighting: Sighting }
	| { readonly kind: "lost"; readonly machine: string; readonly reason: "goodbye" | "expired" };

export interface Hearing {
	/** Monotonic. */
	readonly nowMs: number;
	/** Our own address on the link it came over. */
	readonly link: string;
	readonly rankOf: (address: string) => number;
	readonly isAnswer: boolean;
}

/** What is announced and still lives, by its own TTLs. Bounded in every direction. */
export class MachineTable {
	/** In the order they were last heard. */
	readonly #entries = new Map<string, Entry>();
	readonly #owners = new Map<string, Entry>();
	readonly #capacity: number;
	readonly #tell: (change: Change) => void;
	#protected: ReadonlySet<string> = new Set();
	#soonestExpiry = Number.POSITIVE_INFINITY;

	constructor(options: { readonly capacity: number; readonly tell: (change: Change) => void }) {
		this.#capacity = options.capacity;
		this.#tell = options.tell;
	}

	get size(): number {
		return this.#entries.size;
	}

	/** No record expires before; Infinity when there is none. */
	get soonestExpiry(): number {
		return this.#soonestExpiry;
	}

	protect(names: ReadonlySet<string>): void {
		this.#protected = names;
	}

	/** Machines of which a service is known and no address. */
	isIncomplete(machine: string): boolean {
		return this.#entries.get(machine)?.addresses.size === 0;
	}

	knows(instance: string): boolean {
		return this.#owners.has(instance);
	}

	/** Takes one response in. Returns the names of newcomers for which there was no room. */
	hear(heard: readonly Heard[], hearing: Hearing): readonly string[] {
		const heardBefore = new Map<Entry, number>();
		const refused: string[] = [];
		for (const record of heard) {
			const entry = record.kind === "service" ? this.#admit(record, hearing) : this.#find(record);
			if (entry && this.#take(entry, record, hearing)) heardBefore.set(entry, heardBefore.get(entry) ?? entry.heardAt);
			else if (!entry && record.kind === "service" && record.ttlMs > 0) refused.push(record.machine);
		}
		for (const [entry, heardBeforeAt] of heardBefore) this.#heard(entry, heardBeforeAt, hearing);
		return refused;
	}

	/** Drops what has outlived its TTL and tells who is lost, or has another address now. */
	expire(nowMs: number): void {
		this.#soonestExpiry = Number.POSITIVE_INFINITY;
		for (const entry of [...this.#entries.values()]) {
			const services = dropExpired(entry.services, nowMs);
			this.#disown(entry, services.keys());
			const gone = [...services.values(), ...dropExpired(entry.addresses, nowMs).values()];
			if (gone.length > 0) this.#tellWhatIsLeft(entry, gone, nowMs);
			if (entry.services.size === 0) this.#remove(entry);
			else this.#await(entry.services.values(), entry.addresses.values());
		}
	}

	#heard(entry: Entry, heardBeforeAt: number, { nowMs, isAnswer }: Hearing): void {
		entry.heardAt = nowMs;
		this.#entries.delete(entry.name);
		this.#entries.set(entry.name, entry);
		const sighting = sightingOf(entry);
		if (sighting && isWorthTelling(entry, sighting, { ms: nowMs, heardBeforeAt, isAnswer }))
			this.#tellSeen(entry, sighting, nowMs);
	}

	#find(record: Exclude<Heard, { kind: "service" }>): Entry | undefined {
		return record.kind === "address" ? this.#entries.get(record.machine) : this.#owners.get(record.instance);
	}

	/** The entry that a service belongs to; made when there is room. A service that moved to another machine leaves the first. */
	#admit(record: Extract<Heard, { kind: "service" }>, { nowMs }: Hearing): Entry | undefined {
		const known = this.#entries.get(record.machine);
		if (record.ttlMs === 0) return known;
		if (!known && !this.#makeRoom(record.machine, nowMs)) return undefined;
		const entry = known ?? newEntry(record.machine, nowMs);
		this.#entries.set(record.machine, entry);
		const owner = this.#owners.get(record.instance);
		if (owner && owner !== entry) this.#end(owner.services.get(record.instance), nowMs);
		return entry;
	}

	/** Returns whether the record says that the machine is there. */
	#take(entry: Entry, record: Heard, hearing: Hearing): boolean {
		switch (record.kind) {
			case "pointer":
				if (record.ttlMs === 0) this.#end(entry.services.get(record.instance), hearing.nowMs);
				return record.ttlMs > 0;
			case "service":
				return this.#takeService(entry, record, hearing.nowMs);
			case "text": {
				const service = entry.services.get(record.instance);
				if (service) service.labels = record.labels;
				return service !== undefined;
			}
			case "address":
				return this.#takeAddress(entry, record, hearing);
		}
	}

	#takeService(entry: Entry, record: Extract<Heard, { kind: "service" }>, nowMs: number): boolean {
		const { instance, rank, port, ttlMs } = record;
		const known = entry.services.get(instance);
		if (ttlMs === 0) this.#end(known, nowMs);
		if (ttlMs === 0 || (!known && entry.services.size >= MAX_SERVICES)) return false;
		const service: Service = { rank, port, labels: known?.labels ?? {}, ...this.#living(nowMs + ttlMs) };
		entry.services.set(instance, service);
		this.#owners.set(instance, entry);
		return true;
	}

	#takeAddress(entry: Entry, record: Extract<Heard, { kind: "address" }>, hearing: Hearing): boolean {
		const { nowMs, link, rankOf } = hearing;
		const { address, ttlMs, replacesOthers } = record;
		const key = `${link} ${address}`;
		if (ttlMs === 0) this.#end(entry.addresses.get(key), nowMs);
		if (ttlMs === 0 || (!entry.addresses.has(key) && entry.addresses.size >= MAX_ADDRESSES)) return false;
		const taken: Address = { address, link, rank: rankOf(address), heardAt: nowMs, ...this.#living(nowMs + ttlMs) };
		entry.addresses.set(key, taken);
		// RFC 6762 section 10.2: what came in the last second belongs to the same set.
		for (const other of replacesOthers ? entry.addresses.values() : [])
			if (other.link === link && nowMs - other.heardAt > 1000) this.#end(other, nowMs, "replaced");
		return true;
	}

	#tellWhatIsLeft(entry: Entry, gone: readonly Living[], nowMs: number): void {
		if (!entry.told) return;
		const sighting = sightingOf(entry);
		if (sighting === null)
			this.#tellLost(entry, gone.some(({ ending }) => ending === "goodbye") ? "goodbye" : "expired");
		else if (!isSameSighting(entry.told.sighting, sighting)) this.#tellSeen(entry, sighting, nowMs);
	}

	#tellSeen(entry: Entry, sighting: Sighting, nowMs: number): void {
		entry.told = { sighting, at: nowMs };
		this.#tell({ kind: "seen", machine: entry.name, sighting });
	}

	#tellLost(entry: Entry, reason: "goodbye" | "expired"): void {
		if (entry.told) this.#tell({ kind: "lost", machine: entry.name, reason });
		entry.told = null;
	}

	/**
	 * A newcomer takes the place of the machine that was heard longest ago, if that one was silent; an approved newcomer of any that
	 * is not approved. So a flood of invented names can neither push out machines that answer, nor make the core learn names without end.
	 */
	#makeRoom(newcomer: string, nowMs: number): boolean {
		if (this.#entries.size < this.#capacity) return true;
		for (const entry of this.#entries.values()) {
			if (this.#protected.has(entry.name)) continue;
			if (!this.#protected.has(newcomer) && nowMs - entry.heardAt < SILENCE_MS) return false;
			this.#tellLost(entry, "expired");
			this.#remove(entry);
			return true;
		}
		return false;
	}

	#remove(entry: Entry): void {
		this.#entries.delete(entry.name);
		this.#disown(entry, entry.services.keys());
	}

	#disown(entry: Entry, instances: Iterable<string>): void {
		for (const instance of instances) if (this.#owners.get(instance) === entry) this.#owners.delete(instance);
	}

	#end(living: Living | undefined, nowMs: number, ending: Living["ending"] = "goodbye"): void {
		if (!living || living.expiresAt <= nowMs + GOODBYE_MS) return;
		Object.assign(living, { ending, expiresAt: nowMs + GOODBYE_MS });
		this.#await([living]);
	}

	#living(expiresAt: number): Living {
		const living: Living = { expiresAt, ending: null };
		this.#await([living]);
		return living;
	}

	#await(...living: readonly Iterable<Living>[]): void {
		for (const group of living)
			for (const { expiresAt } of group) this.#soonestExpiry = Math.min(this.#soonestExpiry, expiresAt);
	}
}

function newEntry(name: string, nowMs: number): Entry {
	return { name, services: new Map(), addresses: new Map(), heardAt: nowMs, told: null };
}

function dropExpired<T extends Living>(living: Map<string, T>, nowMs: number): Map<string, T> {
	const gone = new Map([...living].filter(([, { expiresAt }]) => expiresAt <= nowMs));
	for (const key of gone.keys()) living.delete(key);
	return gone;
}
