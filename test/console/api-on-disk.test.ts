import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import { type Furnished, furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

let folder = "";
let furnished: Furnished;
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-on-disk-"));
	furnished = furnish(folder, new MemoryCockpit());
});
after(async () => {
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

const serverOn = (onDisk: () => Promise<void>) => {
	const desks = { ...furnished.desks, onDisk };
	return buildServer({ desks, log: pino({ enabled: false }), guarding: null, url: () => null });
};

test("what changes something is answered once the disk has it; who only looks waits for nothing", async (t) => {
	const disk = Promise.withResolvers<void>();
	const server = await serverOn(() => disk.promise);
	t.after(() => server.close());
	let isAnswered = false;
	const pausing = server.inject({ method: "POST", url: "/api/v1/pause", payload: { by: "eve", reason: "audit" } });
	const answered = Promise.resolve(pausing).then((answer) => {
		isAnswered = true;
		return answer;
	});
	assert.equal((await server.inject("/api/v1/status")).statusCode, 200);
	assert.equal((await server.inject("/api/v1/status")).statusCode, 200);
	assert.equal(isAnswered, false);
	disk.resolve();
	assert.equal((await answered).statusCode, 200);
});

test("what the disk does not take is not said to be done", async (t) => {
	const server = await serverOn(() => Promise.reject(new Error("EIO: i/o error, fdatasync")));
	t.after(() => server.close());
	const answer = await server.inject({ method: "POST", url: "/api/v1/pause", payload: { by: "eve", reason: "audit" } });
	assert.equal(answer.statusCode, 500);
	assert.doesNotMatch(answer.body, /EIO/);
});
