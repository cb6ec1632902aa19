import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Courier } from "../../src/notify/courier.ts";
import { Outbox } from "../../src/notify/outbox.ts";
import type { Sent } from "../../src/notify/sent.ts";
import type { Webhook } from "../../src/policy/notices-schema.ts";

const SINK = { kind: "webhook", name: "hook", url: "https://hook.example/", events: [] } as unknown as Webhook;
const REFUSED: Sent = { kind: "failed", why: "503", isForGood: false };

test("a sink that took something is a sound one again: its next failure is tried again as soon as its first was", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-courier-"));
	t.after(() => rm(folder, { recursive: true }));
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const outbox = new Outbox(join(folder, "outbox.sqlite"));
	const answers: Sent[] = [];
	let sends = 0;
	const send = async () => {
		sends += 1;
		return answers.shift() ?? { kind: "sent" as const };
	};
	const onProblem = (error: Error) => assert.fail(error);
	const courier = new Courier(SINK, {
		outbox,
		controller: "fleet",
		send,
		onOutcome: () => undefined,
		onProblem,
		now: Date.now,
	});
	/** Seconds between the tries until the sink takes it. */
	const waitsFor = async (id: string, failures: number) => {
		answers.push(...Array.from({ length: failures }, () => REFUSED));
		const at = new Date().toISOString();
		const notice = { id, kind: "paused", at, summary: id, policy: null, machine: null, detail: null } as never;
		outbox.put([{ sink: "hook", notice }], null);
		courier.wake();
		const seconds: number[] = [];
		for (const from = sends; sends < from + failures + 1; ) {
			const before = sends;
			let passed = 0;
			for (; sends === before && passed < 60_000; passed += 500) {
				t.mock.timers.tick(500);
				for (let turn = 0; turn < 5; turn += 1) await nextTurn();
			}
			seconds.push(passed / 1000);
		}
		return seconds;
	};
	assert.deepEqual(await waitsFor("first", 3), [0.5, 1, 2, 4]);
	assert.deepEqual(await waitsFor("second", 2), [0.5, 1, 2]);
	await courier.stop();
	outbox.close();
});
