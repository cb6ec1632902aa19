import assert from "node:assert/strict";
import { test } from "node:test";
import { Watchdog } from "../../src/daemon/watchdog.ts";

function asked(env: NodeJS.ProcessEnv) {
	const told: string[] = [];
	const turns: (() => void)[] = [];
	const heard = new EventTarget();
	const watchdog = new Watchdog({
		env,
		turn: () => {
			heard.dispatchEvent(new Event("turn"));
			return new Promise((resolve) => turns.push(resolve));
		},
		tell: async (variable) => {
			told.push(variable);
			heard.dispatchEvent(new Event("told"));
		},
	});
	const next = (what: string) => new Promise((resolve) => heard.addEventListener(what, resolve, { once: true }));
	return { told, turns, watchdog, next, [Symbol.dispose]: () => watchdog.stop() };
}

test("systemd hears of us when a turn has ended, and not before", async () => {
	using daemon = asked({ WATCHDOG_USEC: "3000" });
	daemon.watchdog.start();
	assert.deepEqual([daemon.turns.length, daemon.told], [1, []]);
	const told = daemon.next("told");
	daemon.turns[0]?.();
	await told;
	assert.deepEqual(daemon.told, ["WATCHDOG=1"]);
	await daemon.next("turn");
	assert.equal(daemon.turns.length, 2);
});

test("a turn that does not end is asked for once: the silence is what counts", async () => {
	using daemon = asked({ WATCHDOG_USEC: "1500" });
	daemon.watchdog.start();
	for (let passed = 0; passed < 20; passed += 1) await new Promise(setImmediate);
	assert.deepEqual([daemon.turns.length, daemon.told], [1, []]);
});

test("where nobody asks, or another process is asked, nothing is told", () => {
	for (const env of [{}, { WATCHDOG_USEC: "3000", WATCHDOG_PID: "1" }]) {
		using daemon = asked(env);
		daemon.watchdog.start();
		assert.equal(daemon.turns.length, 0);
	}
});
