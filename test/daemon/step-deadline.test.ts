import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { stepLimitMs, withinLimit } from "../../src/daemon/step-deadline.ts";
import type { Outcome } from "../../src/model/event.ts";

const LOST: Outcome = { kind: "failed", failure: { code: "FS-SSH-LOST", detail: "the SSH connection was lost" } };

const untilAborted = async (signal: AbortSignal): Promise<Outcome> => {
	await once(signal, "abort");
	return LOST;
};

test("a step that takes too long as a whole says so, and one that was ended otherwise does not", async (t) => {
	const late = await withinLimit({ machine: "mill-03", limitMs: 5, signal: t.signal }, untilAborted);
	assert.deepEqual(late.kind === "failed" && late.failure, {
		code: "FS-SSH-STEP-TIMEOUT",
		detail: "mill-03: the step took longer than 0.005 s",
	});
	const ended = AbortSignal.abort();
	const outcome = await withinLimit({ machine: "mill-03", limitMs: 60_000, signal: ended }, async () => LOST);
	assert.equal(outcome, LOST);
});

test("an install is given what the policy gives its installer, and more", () => {
	const step = { kind: "install", machine: "a", rollout: "r", package: "p", attempt: 1 } as const;
	assert.equal(stepLimitMs(step, 1_800_000), 5_400_000);
});
