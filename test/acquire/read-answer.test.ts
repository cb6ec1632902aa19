import assert from "node:assert/strict";
import { test } from "node:test";
import { readAnswer, resumeHeaders } from "../../src/acquire/read-answer.ts";

const source = "http://origin.example/p";
const partial = { lengthBytes: 100, provenance: { source, validator: '"v1"', sizeBytes: 300 } };
const asked = { source, offset: 100, partial };

test("asks for the rest only when the answer can be judged", () => {
	assert.deepEqual(resumeHeaders(source, partial), { range: "bytes=100-", "if-range": '"v1"' });
	assert.deepEqual(resumeHeaders("http://mirror.example/p", partial), { range: "bytes=100-" });
	const unsized = { lengthBytes: 100, provenance: { source, validator: null, sizeBytes: null } };
	assert.deepEqual(resumeHeaders(source, unsized), {});
	assert.deepEqual(resumeHeaders(source, { lengthBytes: 0, provenance: partial.provenance }), {});
	assert.deepEqual(resumeHeaders(source, { lengthBytes: 9, provenance: null }), {});
});

test("starts again when the rest is of another file, another place or another size", () => {
	const restarts: [number, Record<string, string>][] = [
		[206, { "content-range": "bytes 99-299/300" }],
		[206, { "content-range": "bytes 100-300/301" }],
		[206, { "content-range": "bytes 100-299/300", etag: '"v2"' }],
		[206, { "content-type": "multipart/byteranges; boundary=x" }],
		[416, { "content-range": "bytes */99" }],
		[416, {}],
	];
	for (const [status, headers] of restarts)
		assert.equal(readAnswer(status, headers, asked).kind, "restart", JSON.stringify(headers));
});

test("goes on with the rest of the same file", () => {
	const answer = readAnswer(206, { "content-range": "bytes 100-299/300", etag: '"v1"' }, asked);
	assert.deepEqual(answer, { kind: "body", offset: 100, sizeBytes: 300, validator: '"v1"' });
	assert.deepEqual(readAnswer(416, { "content-range": "bytes */100" }, asked), { kind: "complete" });
});

test("a weak ETag is never sent in If-Range", () => {
	const answer = readAnswer(
		200,
		{ etag: 'W/"v1"', "last-modified": "Tue, 24 Aug 2004 00:00:00 GMT" },
		{ ...asked, offset: 0 },
	);
	assert.equal(answer.kind === "body" && answer.validator, null);
});
