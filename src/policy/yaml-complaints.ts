import {
	type Alias,
	type Document,
	isAlias,
	isCollection,
	isMap,
	isNode,
	isScalar,
	type Pair,
	visit,
	type YAMLError,
	type YAMLMap,
} from "yaml";
import { printable, quoted } from "./printable.ts";
import type { Complaint } from "./schema-complaints.ts";

/** One torn line can cause an error for each character behind it. */
const MOST_ERRORS = 20;

/** Resolving an alias costs a walk through the document. */
const MOST_ALIASES = 100;

type Fault = Omit<Complaint, "path" | "code"> & { readonly code?: Complaint["code"] };

/** What is wrong with the YAML itself, or is YAML that we do not take: tags, directives, keys that are no text, wild aliases. */
export function yamlComplaints(document: Document.Parsed): readonly Complaint[] {
	const errors = document.errors.slice(0, MOST_ERRORS).map(errorFault);
	const faults = errors.length > 0 ? errors : [...directiveFaults(document), ...nodeFaults(document)];
	return faults.map((fault) => ({ code: "FS-POLICY-SYNTAX", path: "", ...fault }));
}

function errorFault({ code, pos: [offset], message }: YAMLError): Fault {
	switch (code) {
		case "MULTIPLE_DOCS":
			return { offset, expected: "one document", saw: "a second one" };
		case "TAB_AS_INDENT":
			return { offset, expected: "spaces as indentation", saw: "a tab" };
		default:
			return { offset, expected: "well-formed YAML", saw: printable(message, 160) };
	}
}

/** `%YAML 1.1` would make `yes` a boolean and 02:00 a number. */
function directiveFaults({ directives }: Document.Parsed): readonly Fault[] {
	const hasDirective = directives.yaml.explicit || Object.keys(directives.tags).length > 1;
	return hasDirective ? [{ offset: 0, expected: "no directive", saw: "a line that starts with %" }] : [];
}

function nodeFaults(document: Document.Parsed): readonly Fault[] {
	const faults: Fault[] = [];
	const anchors = new Set<string>();
	let aliases = 0;
	// One visitor for all: yaml would call a `Map` visitor instead of this one, not beside it.
	visit(document, {
		Node: (_, node, path) => {
			if (isAlias(node)) {
				aliases += 1;
				faults.push(...aliasFaults(node, { path, anchors, isTooMany: aliases === MOST_ALIASES + 1 }));
				return;
			}
			if (node.anchor) anchors.add(node.anchor);
			if (node.tag !== undefined) faults.push({ offset: offsetOf(node), expected: "no tag", saw: printable(node.tag) });
			if (isMap(node)) for (const fault of keyFaults(node)) faults.push(fault);
		},
	});
	return faults;
}

interface AliasPlace {
	readonly path: readonly unknown[];
	/** Those that stand before it. */
	readonly anchors: ReadonlySet<string>;
	readonly isTooMany: boolean;
}

function aliasFaults(alias: Alias, { path, anchors, isTooMany }: AliasPlace): readonly Fault[] {
	const at = { offset: offsetOf(alias), saw: `*${printable(alias.source)}` };
	const isInsideItself = path.some((node) => isCollection(node) && node.anchor === alias.source);
	const isLost = isInsideItself || !anchors.has(alias.source);
	return [
		...(isLost ? [{ ...at, expected: "an alias of an anchor before it" }] : []),
		...(isTooMany ? [{ ...at, expected: `at most ${MOST_ALIASES} aliases` }] : []),
	];
}

function keyFaults({ items }: YAMLMap): readonly Fault[] {
	const seen = new Set<string>();
	return items.flatMap(({ key, value }: Pair): readonly Fault[] => {
		const offset = offsetOf(key) || offsetOf(value);
		if (!isScalar(key)) return [{ offset, expected: "a key that is plain text", saw: "something else" }];
		const text = String(key.value);
		// zod passes over this key in silence.
		if (text === "__proto__") return [{ offset, code: "FS-POLICY-KEY", expected: "another key", saw: quoted(text) }];
		if (seen.has(text))
			return [{ offset, code: "FS-POLICY-DUPLICATE", expected: "each key once", saw: `${quoted(text)} again` }];
		seen.add(text);
		return [];
	});
}

function offsetOf(node: unknown): number {
	return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
