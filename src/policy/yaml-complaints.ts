import {
	type Document,
	isAlias,
	isNode,
	isScalar,
	type Node,
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
	visit(document, {
		Map: (_, map) => void faults.push(...keyFaults(map)),
		Node: (_, node, path) => {
			if (node.tag !== undefined) faults.push({ offset: offsetOf(node), expected: "no tag", saw: printable(node.tag) });
			if (!isAlias(node) && node.anchor) anchors.add(node.anchor);
			if (!isAlias(node)) return;
			aliases += 1;
			const isInside = path.some(
				(ancestor) => isNode(ancestor) && !isAlias(ancestor) && anchorOf(ancestor) === node.source,
			);
			const at = { offset: offsetOf(node), saw: `*${printable(node.source)}` };
			if (isInside || !anchors.has(node.source)) faults.push({ ...at, expected: "an alias of an anchor before it" });
			if (aliases === MOST_ALIASES + 1) faults.push({ ...at, expected: `at most ${MOST_ALIASES} aliases` });
		},
	});
	return faults;
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

function anchorOf(node: Node): string | undefined {
	return isAlias(node) ? undefined : (node as { anchor?: string }).anchor;
}

function offsetOf(node: unknown): number {
	return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
