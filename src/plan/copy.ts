import { SharedMap } from "./shared-map.ts";

/** Up to so many entries a plain copy is faster, and smaller. */
const MAX_COPIED = 4;

/** A map with one entry set; the given one stays as it was. */
export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
	if (map.size < MAX_COPIED && !(map instanceof SharedMap)) return new Map(map).set(key, value);
	return shared(map).with(key, value);
}

/** A map with one entry less; the same map when it was not there. */
export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
	if (!map.has(key)) return map;
	if (map.size > MAX_COPIED || map instanceof SharedMap) return shared(map).without(key);
	const copy = new Map(map);
	copy.delete(key);
	return copy;
}

/** A large native map is taken over once, at its first change. */
function shared<K, V>(map: ReadonlyMap<K, V>): SharedMap<K, V> {
	return map instanceof SharedMap ? map : SharedMap.of(map);
}
