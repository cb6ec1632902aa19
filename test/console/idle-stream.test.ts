import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { streamLines } from "../../src/console/api/event-stream.ts";
import type { AuditDesk } from "../../src/console/audit/audit-desk.ts";

test("a stream on which nothing happens ends, too, soon after its token has expired", async (t) => {
	t.mock.timers.enable({ apis: ["setInterval"] });
	const response = new PassThrough();
	const desk = { frames: () => null, listen: () => () => undefined } as unknown as AuditDesk;
	let isWelcome = true;
	const following = { after: 7, isWelcome: () => isWelcome, edition: "1a2b" };
	const streaming = streamLines(response as unknown as ServerResponse, desk, following);
	t.mock.timers.tick(20_000);
	isWelcome = false;
	t.mock.timers.tick(20_000);
	await streaming;
	assert.equal((await text(response)).match(/: still here/g)?.length, 1);
	assert.ok(response.writableEnded);
});

test("a stream that nobody reads is sent no more until it is read, and ends once its token has expired", async (t) => {
	t.mock.timers.enable({ apis: ["setInterval"] });
	const response = new PassThrough({ highWaterMark: 1 });
	const frames = () => ({ seq: 8, bytes: Buffer.alloc(100_000) });
	const desk = { frames, listen: () => () => undefined } as unknown as AuditDesk;
	let isWelcome = true;
	const following = { after: 7, isWelcome: () => isWelcome, edition: "1a2b" };
	const streaming = streamLines(response as unknown as ServerResponse, desk, following);
	const waits = response.writableLength + response.readableLength;
	for (let minute = 0; minute < 60; minute += 1) t.mock.timers.tick(60_000);
	assert.equal(response.writableLength + response.readableLength, waits);
	isWelcome = false;
	t.mock.timers.tick(20_000);
	await streaming;
	assert.ok(response.destroyed);
});
