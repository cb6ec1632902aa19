import assert from "node:assert/strict";
import { test } from "node:test";
import type { RingReport, StatusReport } from "../../src/console/cockpit.ts";
import { newsOf } from "../../src/dashboard/news.ts";
import { MemoryCockpit } from "../console/memory-cockpit.ts";

const status = await new MemoryCockpit().status("all");

function withRing(change: Partial<RingReport>): StatusReport {
	const rollouts = status.rollouts.map((rollout) => {
		return { ...rollout, rings: rollout.rings.map((ring) => ({ ...ring, ...change })) };
	});
	return { ...status, rollouts };
}

test("what did not change is no news, and neither is a count that rises", () => {
	assert.deepEqual(newsOf(status, status), []);
	assert.deepEqual(newsOf(withRing({ verified: 0 }), withRing({ verified: 1 })), []);
});

test("a ring's end, its failures and what it waits for are news", () => {
	assert.deepEqual(newsOf(withRing({ verified: 1 }), withRing({ verified: 2 })), ["office: ring all: all 2 verified"]);
	assert.deepEqual(newsOf(withRing({ verified: 1 }), withRing({ verified: 1, failed: 1 })), [
		"office: ring all: 1 failed",
	]);
	assert.deepEqual(newsOf(status, withRing({ state: "promoted" })), ["office: ring all is promoted"]);
	const gate = { kind: "promotion_pending", sentence: "ring all is proven and waits for a person", until: null };
	assert.deepEqual(newsOf(status, withRing({ gate })), ["office: ring all is proven and waits for a person"]);
});

test("who ended a run is news, with the reason if there is one", () => {
	const halted = (reason: string) => {
		const by = { by: "eve", reason, at: status.at };
		return { ...status, rollouts: status.rollouts.map((rollout) => ({ ...rollout, halted: by })) };
	};
	assert.deepEqual(newsOf(status, halted("wrong")), ["office: ended by eve: wrong"]);
	assert.deepEqual(newsOf(status, halted("")), ["office: ended by eve"]);
});

test("a pause, a stranger and a mistake in a file are news", () => {
	const paused = { by: "eve", reason: "", at: status.at };
	assert.deepEqual(newsOf(status, { ...status, paused }), ["everything is paused by eve"]);
	assert.deepEqual(newsOf({ ...status, paused }, status), ["everything goes on"]);
	const stranger = { name: "mill-09", state: "discovered" as const, reason: null };
	const found = { ...status, machines: [...status.machines, stranger] };
	assert.deepEqual(newsOf(status, found), ["1 machine waits for approval"]);
	assert.deepEqual(newsOf(status, { ...status, problems: ["office.yaml:3:1 ..."] }), ["office.yaml:3:1 ..."]);
});

test("a download that begins to fail is news, once", () => {
	const [at, policies] = ["2026-11-23T10:00:00.000Z", ["office"]];
	const told = { code: "FS-ACQUIRE-HTTP", detail: "404", since: at, last_try: at, is_final: false, advice: "Look." };
	const failing = { ...status, failing_downloads: [{ sha256: "d".repeat(64), names: ["app 2"], policies, ...told }] };
	assert.deepEqual(newsOf(status, failing), ["app 2 cannot be downloaded"]);
	assert.deepEqual(newsOf(failing, failing), []);
});
