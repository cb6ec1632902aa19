import type { Failure } from "../model/failure.ts";
import type { PartialFile } from "./partial-file.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What was asked: from which byte on, of which source. */
export interface Asked {
	readonly source: string;
	readonly offset: number;
	readonly partial: PartialFile;
}

/**
 * body: write what follows at `offset`.  complete: there is nothing after what we have.
 * restart: what we have is of no use with this source; ask again from byte 0.
 */
export type Answer =
	| {
			readonly kind: "body";
			readonly offset: number;
			readonly sizeBytes: number | null;
			readonly validator: string | null;
	  }
	| { readonly kind: "complete" }
	| { readonly kind: "restart" }
	| { readonly kind: "failed"; readonly failure: Failure };

/**
 * The header lines that ask for the rest (RFC 9110 sections 13.1.5 and 14.2), or none. Bytes that another mirror gave are used when
 * their whole size is known, and then only if this one declares the same size: every source of a package claims to be one and the
 * same file, so a mirror that dies near the end should not cost a second download. Should the mix be wrong after all, the digest
 * says so, and the source is asked again from byte 0.
 */
export function resumeHeaders(source: string, partial: PartialFile): Record<string, string> {
	const from = partial.provenance;
	if (partial.lengthBytes === 0 || from === null) return {};
	const range = { range: `bytes=${partial.lengthBytes}-` };
	if (from.source === source && from.validator !== null) return { ...range, "if-range": from.validator };
	return from.sizeBytes === null ? {} : range;
}

/** Reads status and header, before any of the body. */
export function readAnswer(status: number, headers: Headers, asked: Asked): Answer {
	const encoding = text(headers, "content-encoding") ?? "identity";
	if (encoding !== "identity") return refused(asked, `answered with Content-Encoding ${JSON.stringify(encoding)}`);
	if (status === 200)
		return { kind: "body", offset: 0, sizeBytes: contentLength(headers), validator: validator(headers) };
	if (status === 206) return readRange(headers, asked);
	if (status === 416 && asked.offset > 0)
		return contentRange(headers)?.sizeBytes === asked.offset ? { kind: "complete" } : { kind: "restart" };
	return refused(asked, `answered ${status}`);
}

function readRange(headers: Headers, asked: Asked): Answer {
	const range = contentRange(headers);
	const sizeBytes = range?.sizeBytes ?? asked.partial.provenance?.sizeBytes ?? null;
	if (asked.offset === 0) return refused(asked, "answered 206 to a request for the whole file");
	if (range?.start !== asked.offset || !isSameFile(headers, sizeBytes, asked)) return { kind: "restart" };
	return { kind: "body", offset: asked.offset, sizeBytes, validator: validator(headers) };
}

/** A server may ignore If-Range, so the 206 is held against what the sidecar remembers. */
function isSameFile(headers: Headers, sizeBytes: number | null, { source, partial }: Asked): boolean {
	const from = partial.provenance;
	if (from === null) return false;
	if (from.sizeBytes !== null && from.sizeBytes !== sizeBytes) return false;
	const shown = validator(headers);
	return from.source !== source || from.validator === null || shown === null || shown === from.validator;
}

/** If-Range must not carry a weak ETag (RFC 9110 section 13.1.5). */
function validator(headers: Headers): string | null {
	const etag = text(headers, "etag");
	if (etag?.startsWith('"')) return etag;
	return etag === undefined ? (text(headers, "last-modified") ?? null) : null;
}

function contentLength(headers: Headers): number | null {
	const value = text(headers, "content-length");
	return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function contentRange(headers: Headers): { start: number | null; sizeBytes: number | null } | null {
	const match = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(?:(\d{1,15})|\*)$/.exec(text(headers, "content-range") ?? "");
	return match && { start: match[1] ? Number(match[1]) : null, sizeBytes: match[2] ? Number(match[2]) : null };
}

function text(headers: Headers, name: string): string | undefined {
	const value = headers[name];
	return Array.isArray(value) ? value[0] : value;
}

function refused({ source }: Asked, saw: string): Answer {
	return { kind: "failed", failure: { code: "FS-ACQUIRE-HTTP", detail: `${source} ${saw}` } };
}
