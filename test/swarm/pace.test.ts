import assert from "node:assert/strict";
import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Pace } from "../../src/swarm/pace.ts";

const CHUNK = Buffer.alloc(64 * 1024, 1);

/** How many bytes of so many chunks have passed each stream of the pace, on a clock that only moves by `wait`. */
function run(t: TestContext, pace: Pace, streams: number) {
	let now = 0;
	t.mock.method(performance, "now", () => now);
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const passed = Array.from({ length: streams }, () => 0);
	const open = passed.map((_, at) => {
		const stream = Readable.from(Array.from({ length: 64 }, () => CHUNK)).pipe(pace.stream());
		stream.on("data", (bytes: Buffer) => {
			passed[at] = (passed[at] ?? 0) + bytes.length;
		});
		return stream;
	});
	const settle = async () => {
		for (let turn = 0; turn < 200; turn++) await setImmediate();
	};
	const wait = async (ms: number) => {
		for (const until = now + ms; now < until; now += 10) {
			t.mock.timers.tick(10);
			await setImmediate();
		}
		await settle();
	};
	return { open, passed, settle, wait };
}

test("streams of one pace share its limit", async (t) => {
	const { passed, wait } = run(t, new Pace(() => 256 * 1024), 2);
	await wait(4_000);
	const [first = 0, second = 0] = passed;
	const sum = first + second;
	assert.ok(sum >= 960 * 1024 && sum <= 1_216 * 1024, `${sum} bytes in 4 s at 256 KiB/s`);
	assert.ok(first > 0 && second > 0);
});

test("a limit that is lifted lets the rest through, and one that is set holds it", async (t) => {
	let limit: number | null = 1_024;
	const { passed, wait } = run(t, new Pace(() => limit), 1);
	await wait(1_000);
	assert.ok((passed[0] ?? 0) <= 2 * CHUNK.length, `${passed[0]} bytes`);
	limit = null;
	await wait(500);
	assert.equal(passed[0], 64 * CHUNK.length);
});

test("a stream that is ended in the middle waits for nothing", async () => {
	const stream = new Pace(() => 1).stream();
	stream.resume();
	for (let chunk = 0; chunk < 3; chunk++) stream.write(CHUNK);
	stream.destroy();
	await once(stream, "close");
});

test("without a limit all passes as it is", async () => {
	const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
	assert.deepEqual(await buffer(Readable.from([content]).pipe(new Pace(() => null).stream())), content);
});
