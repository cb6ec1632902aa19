import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { printable, quoted } from "./printable.ts";

export type Path = readonly PropertyKey[];

export interface Place {
	readonly offset: number;
	readonly saw: string;
	/** Nothing is written there; the offset is that of what it is missing from. */
	readonly isMissing: boolean;
	readonly isMapping: boolean;
	readonly isScalar: boolean;
}

/** Where in the text the value of a path stands, and what stands there. */
export interface Places {
	valueAt(path: Path): Place;
	/** The same, but at the path's last key. */
	keyAt(path: Path): Place;
}

export function placesOf(document: Document.Parsed): Places {
	const indexes = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
	const pairIn = (map: YAMLMap, key: PropertyKey) => {
		const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyText(pair), pair]));
		indexes.set(map, index);
		return index.get(String(key));
	};
	const resolved = (node: unknown) => (isAlias(node) ? node.resolve(document) : (node as Node | null | undefined));
	const find = (path: Path) => {
		let node: Node | null | undefined = document.contents;
		let key: Node | null = null;
		for (const segment of path) {
			const parent: Node | null | undefined = resolved(node);
			const pair: Pair | undefined = isMap(parent) ? pairIn(parent, segment) : undefined;
			const isThere: boolean = pair !== undefined || (isSeq(parent) && Number(segment) in parent.items);
			if (!isThere) return { node: parent, key: null, isMissing: true };
			key = (pair?.key ?? null) as Node | null;
			node = (isSeq(parent) ? parent.items[Number(segment)] : pair?.value) as Node | null;
		}
		return { node: resolved(node), key, isMissing: false };
	};
	return {
		valueAt(path) {
			const { node, key, isMissing } = find(path);
			return placeOf(node ?? key, isMissing ? "nothing" : describeNode(node), isMissing);
		},
		keyAt(path) {
			const { node, key, isMissing } = find(path);
			return placeOf(key ?? node, quoted(String(path.at(-1))), isMissing);
		},
	};
}

function placeOf(node: Node | null | undefined, saw: string, isMissing: boolean): Place {
	const isThere = !isMissing;
	const offset = node?.range?.[0] ?? 0;
	return { offset, saw, isMissing, isMapping: isThere && isMap(node), isScalar: isThere && isScalar(node) };
}

function keyText({ key }: Pair): string {
	return String(isScalar(key) ? key.value : key);
}

function describeNode(node: Node | null | undefined): string {
	if (isMap(node)) return node.items.length === 0 ? "an empty mapping" : "a mapping";
	if (isSeq(node)) return node.items.length === 0 ? "an empty list" : "a list";
	if (!isScalar(node) || node.value === null) return "nothing";
	return typeof node.value === "string" ? quoted(node.value) : printable(node.source ?? String(node.value));
}

/** `rollout.rings[1].target_percentage` */
export function describePath(path: Path): string {
	const parts = path.map((segment, index) => {
		if (typeof segment === "number") return `[${segment}]`;
		const isWord = /^[A-Za-z0-9_-]+$/.test(String(segment));
		if (!isWord) return `[${quoted(String(segment))}]`;
		return index === 0 ? String(segment) : `.${String(segment)}`;
	});
	return printable(parts.join(""), 200);
}
