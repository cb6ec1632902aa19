import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { ErrorCode } from "../model/error-codes.ts";
import { BY_HAND, hasTooManyEntries, type Limits, MAX_DEPTH, oversize, tooDeepAt } from "./document-limits.ts";
import { defaultExpectation } from "./expectation.ts";
import { placesOf } from "./places.ts";
import { printable } from "./printable.ts";
import { type Complaint, schemaComplaints } from "./schema-complaints.ts";
import { yamlComplaints } from "./yaml-complaints.ts";

/** One thing wrong with a file, at a place counted from 1. The texts hold no raw control characters. */
export interface Problem {
	readonly code: ErrorCode;
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** `rollout.rings[1].target_percentage`; empty for the file as a whole. */
	readonly path: string;
	readonly expected: string;
	readonly saw: string;
}

/** `policies/office.yaml:14:11 rollout.rings[1].target_percentage: expected 1-100, got "25 %" (FS-POLICY-RANGE)` */
export function describeProblem({ code, file, line, column, path, expected, saw }: Problem): string {
	const place = `${printable(file, 4096)}:${line}:${column}${path === "" ? "" : ` ${path}`}`;
	return `${place}: expected ${expected}, got ${saw} (${code})`;
}

/** Mistakes of one file: more than people write by hand; each takes a kilobyte until it is told. */
const MOST_TOLD = BY_HAND.entries;

interface Format<Schema extends z.ZodType> {
	readonly schema: Schema;
	/** The one code of all problems of such a file, for formats that have no finer ones. */
	readonly code?: ErrorCode;
	/** Default: what people write by hand. */
	readonly limits?: Limits;
}

/**
 * Reads one YAML document (YAML 1.2; no tags, at most 64 levels) by a schema. Answers the value or every
 * problem, the first 32,768 of them, in the order of the text; where the YAML itself is broken its problems come alone. Never throws on any text.
 */
export function readDocument<Schema extends z.ZodType>(
	text: string,
	file: string,
	{ schema, code, limits = BY_HAND }: Format<Schema>,
): { readonly value: z.output<Schema> } | { readonly problems: readonly Problem[] } {
	const read = readValue(text, schema, limits);
	if ("value" in read) return read;
	const lines = new LineCounter();
	lines.lineStarts = lineStarts(text);
	const problems = read.complaints.map(({ offset, ...complaint }): Problem => {
		const { line, col: column } = lines.linePos(offset);
		return { ...complaint, code: code ?? complaint.code, file, line, column };
	});
	const distinct = [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
	return { problems: distinct.sort((a, b) => a.line - b.line || a.column - b.column) };
}

type Read<Value> = { readonly value: Value } | { readonly complaints: readonly Complaint[] };

function readValue<Schema extends z.ZodType>(text: string, schema: Schema, limits: Limits): Read<z.output<Schema>> {
	const excess = limitComplaint(text, limits.bytes);
	if (excess) return { complaints: [excess] };
	// uniqueKeys compares every key with every other, a minute for 256 KiB of keys; yamlComplaints looks in linear time.
	// Any logLevel but "silent", which would hide a second document.
	const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
	const complaints = yamlComplaints(document);
	if (complaints.length > 0) return { complaints };
	const plain = plainValue(document, limits.entries);
	if ("complaints" in plain) return plain;
	const parsed = schema.safeParse(plain.value, { error: defaultExpectation });
	if (parsed.success) return { value: parsed.data };
	return { complaints: schemaComplaints(parsed.error.issues.slice(0, MOST_TOLD), placesOf(document)) };
}

/** What a decoder of UTF-8 makes of other bytes, and what UTF-16 is full of. */
const NO_TEXT = /[\ufffd\0]/;

function limitComplaint(text: string, most: number): Complaint | null {
	const bytes = oversize(text, most);
	if (bytes !== null)
		return {
			code: "FS-POLICY-SIZE",
			offset: 0,
			path: "",
			expected: `at most ${most} bytes`,
			saw: `${bytes} bytes`,
		};
	const unreadable = text.search(NO_TEXT);
	if (unreadable >= 0) {
		const saw = "another encoding, or no text (to change it: iconv -f UTF-16 -t UTF-8, or ISO-8859-1)";
		return { code: "FS-POLICY-SYNTAX", offset: unreadable, path: "", expected: "text in UTF-8", saw };
	}
	const offset = tooDeepAt(text);
	if (offset === null) return null;
	return { code: "FS-POLICY-DEPTH", offset, path: "", expected: `at most ${MAX_DEPTH} levels of nesting`, saw: "more" };
}

function plainValue(document: Document.Parsed, most: number): Read<unknown> {
	const whole = { offset: 0, path: "" };
	try {
		const value: unknown = document.toJS({ maxAliasCount: 100 });
		if (!hasTooManyEntries(value, most)) return { value };
		const expected = `at most ${most} entries in all`;
		return { complaints: [{ ...whole, code: "FS-POLICY-SIZE", expected, saw: "more" }] };
	} catch (error) {
		// The alias cap of yaml: each alias may be small and their product huge.
		if (!(error instanceof ReferenceError)) throw error;
		const expected = "aliases that together repeat little";
		return { complaints: [{ ...whole, code: "FS-POLICY-SYNTAX", expected, saw: "too much repetition" }] };
	}
}

function lineStarts(text: string): number[] {
	return [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
}
