import { List } from "immutable";

/** Maps that came one out of the other, the newest last; only the newest of them adds to it. */
interface Line<K> {
	/** Where each key stands in the slots. */
	readonly places: Map<K, number>;
	/** The keys that were changed, in order. */
	readonly changes: K[];
	/** The line that it goes on from, and after how many of its changes; null: none, or one that is too old. */
	before: { readonly line: Line<K>; readonly at: number } | null;
}

type Slots<K, V> = List<readonly [K, V] | null>;

/** Holes that removed keys may leave, beside as many as there are entries. */
const MAX_HOLES = 64;
/** Changes that are remembered at most. */
const MAX_CHANGES = 1024;

/**
 * A large map of which a changed copy costs O(log n), since the two share what is equal. It iterates in the order in which
 * its keys were set, as a native Map does, and never in an order of hashes: what is decided from it depends on its entries alone.
 */
export class SharedMap<K, V> implements ReadonlyMap<K, V> {
	readonly size: number;
	/** Each entry at its key's place; null: it was removed. */
	readonly slots: Slots<K, V>;
	readonly #line: Line<K>;
	/** How many of the line's changes stand for this map. */
	readonly #at: number;
	/** Once they were asked for: whoever looks at a fleet goes through all of it several times. */
	#values: readonly V[] | undefined;

	private constructor(size: number, slots: Slots<K, V>, line: Line<K>) {
		this.size = size;
		this.slots = slots;
		this.#line = line;
		this.#at = line.changes.length;
	}

	static of<K, V>(entries: Iterable<readonly [K, V]>): SharedMap<K, V> {
		const slots = List(entries);
		const places = new Map<K, number>();
		for (const [key] of slots) places.set(key, places.size);
		return new SharedMap<K, V>(slots.size, slots, { places, changes: [], before: null });
	}

	get(key: K): V | undefined {
		return this.#entry(key)?.[1];
	}

	has(key: K): boolean {
		return this.#entry(key) !== null;
	}

	with(key: K, value: V): SharedMap<K, V> {
		const known = this.#entry(key);
		if (known) return known[1] === value ? this : this.#put(key, [key, value]);
		const isFree = this.#line.places.size === this.slots.size && !this.#line.places.has(key);
		return isFree ? this.#put(key, [key, value]) : SharedMap.of([...this, [key, value]]);
	}

	without(key: K): SharedMap<K, V> {
		if (!this.has(key)) return this;
		const isFull = this.slots.size - this.size >= this.size + MAX_HOLES;
		return isFull ? SharedMap.of([...this].filter(([each]) => each !== key)) : this.#put(key, null);
	}

	/** The keys whose values may differ between the earlier map and this one; null: any may. */
	changesSince(earlier: SharedMap<K, V>): readonly K[] | null {
		const { changes, before } = this.#line;
		if (earlier.#line === this.#line) return earlier.#at <= this.#at ? changes.slice(earlier.#at, this.#at) : null;
		if (before?.line !== earlier.#line || earlier.#at > before.at) return null;
		return [...before.line.changes.slice(earlier.#at, before.at), ...changes.slice(0, this.#at)];
	}

	forEach(act: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
		for (const [key, value] of this) act(value, key, this);
	}

	*entries(): MapIterator<[K, V]> {
		for (const entry of this.slots) if (entry) yield [entry[0], entry[1]];
	}

	*keys(): MapIterator<K> {
		for (const entry of this.slots) if (entry) yield entry[0];
	}

	values(): MapIterator<V> {
		this.#values ??= this.#readValues();
		return this.#values.values();
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.entries();
	}

	#readValues(): readonly V[] {
		const values: V[] = [];
		this.slots.forEach((entry) => {
			if (entry) values.push(entry[1]);
		});
		return values;
	}

	#entry(key: K): readonly [K, V] | null {
		const place = this.#line.places.get(key);
		return place === undefined ? null : (this.slots.get(place) ?? null);
	}

	#put(key: K, entry: readonly [K, V] | null): SharedMap<K, V> {
		const { places, changes } = this.#line;
		const place = places.get(key) ?? places.size;
		const size = this.size + (entry ? 1 : 0) - (this.#entry(key) ? 1 : 0);
		const slots = this.slots.set(place, entry);
		places.set(key, place);
		const isNewest = changes.length === this.#at && this.#at < MAX_CHANGES;
		if (!isNewest) return new SharedMap(size, slots, this.#nextLine(key));
		changes.push(key);
		return new SharedMap(size, slots, this.#line);
	}

	/** A line knows the one before it alone, so that nothing is kept for ever. */
	#nextLine(key: K): Line<K> {
		this.#line.before = null;
		return { places: this.#line.places, changes: [key], before: { line: this.#line, at: this.#at } };
	}
}
