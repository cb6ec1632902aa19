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
	const find = finder(document);
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

type MaybeNode = Node | null | undefined;

interface Found {
	/** What stands at the path, or that from which it is missing. */
	readonly node: MaybeNode;
	readonly key: MaybeNode;
	readonly isMissing: boolean;
}

/** Indexes each mapping once: thousands of problems may stand in one. */
function finder(document: Document.Parsed): (path: Path) => Found {
	const indexes = new Map<YAMLMap, PairIndex>();
	const indexOf = (map: YAMLMap) => {
		const index = indexes.get(map) ?? new Map(map.items.map((pair) => [keyText(pair), pair]));
		indexes.set(map, index);
		return index;
	};
	const resolved = (node: MaybeNode) => (isAlias(node) ? node.resolve(document) : node);
	return (path) => {
		let at: Pick<Found, "node" | "key"> = { node: document.contents, key: null };
		for (const segment of path) {
			const parent = resolved(at.node);
			const next = stepInto(parent, segment, indexOf);
			if (!next) return { node: parent, key: null, isMissing: true };
			at = next;
		}
		return { node: resolved(at.node), key: at.key, isMissing: false };
	};
}

type PairIndex = ReadonlyMap<string, Pair>;

function stepInto(
	parent: MaybeNode,
	segment: PropertyKey,
	indexOf: (map: YAMLMap) => PairIndex,
): Pick<Found, "node" | "key"> | null {
	const index = Number(segment);
	if (isSeq(parent)) return index in parent.items ? { node: parent.items[index] as Node, key: null } : null;
	const pair = isMap(parent) ? indexOf(parent).get(String(segment)) : undefined;
	return pair ? { node: pair.value as MaybeNode, key: pair.key as MaybeNode } : null;
}

function placeOf(node: MaybeNode, saw: string, isMissing: boolean): Place {
	const isThere = !isMissing;
	const offset = node?.range?.[0] ?? 0;
	return { offset, saw, isMissing, isMapping: isThere && isMap(node), isScalar: isThere && isScalar(node) };
}

function keyText({ key }: Pair): string {
	return String(isScalar(key) ? key.value : key);
}

function describeNode(node: MaybeNode): string {
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
