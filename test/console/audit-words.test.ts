import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../src/console/audit/audit-words.ts";
import type { Event } from "../../src/model/event.ts";

const BY = { policy: "office", by: "eve", at: 0 };

const CASES: readonly (readonly [Event, string])[] = [
	[{ kind: "RingPromoted", ...BY, ring: "canary" }, "ring canary"],
	[{ kind: "RingPromoted", ...BY, ring: "canary", reason: "looks fine" }, "ring canary: looks fine"],
	[{ kind: "PolicyRetryRequested", ...BY, only: ["failed", "waiting"] }, "failed, waiting"],
	[{ kind: "PolicyRetryRequested", ...BY, only: ["failed"], reason: "disk mended" }, "failed: disk mended"],
	[{ kind: "Resumed", ...BY, reason: "the vendor answered" }, "the vendor answered"],
	[{ kind: "Resumed", ...BY }, ""],
];

for (const [event, detail] of CASES)
	test(`an auditor reads why: ${event.kind} is told as "${detail}"`, () => {
		assert.equal(detailOf(event), detail);
	});
