import { isMap, Map as PersistentMap } from "immutable";

/** A map with one entry set; the given one stays as it was. Costs O(log n): all but the path to the entry is shared. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
	return asReadonly(persistent(map).set(key, value));
}

/** A map with one entry less; the same map when it was not there. */
export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
	return map.has(key) ? asReadonly(persistent(map).delete(key)) : map;
}

/** A native map is taken over at its first change. */
function persistent<K, V>(map: ReadonlyMap<K, V>): PersistentMap<K, V> {
	return isMap(map) ? (map as unknown as PersistentMap<K, V>) : PersistentMap(map);
}

/** It has every member of a ReadonlyMap with the same meaning; TypeScript's iterator types alone differ. */
function asReadonly<K, V>(map: PersistentMap<K, V>): ReadonlyMap<K, V> {
	return map as unknown as ReadonlyMap<K, V>;
}
