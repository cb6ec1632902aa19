import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../src/console/audit/audit-words.ts";
import type { Event } from "../../src/model/event.ts";

const BY = { policy: "office", by: "eve", at: 0 };

const SETTINGS = [
	{ key: "approvals", effect: "now" },
	{ key: "api", effect: "after a restart" },
] as const;

const CASES: readonly (readonly [Event, string])[] = [
	[{ kind: "RingPromoted", ...BY, ring: "canary" }, "ring canary"],
	[{ kind: "RingPromoted", ...BY, ring: "canary", reason: "looks fine" }, "ring canary: looks fine"],
	[{ kind: "PolicyRetryRequested", ...BY, only: ["failed", "waiting"] }, "failed, waiting"],
	[{ kind: "PolicyRetryRequested", ...BY, only: ["failed"], reason: "disk mended" }, "failed: disk mended"],
	[{ kind: "Resumed", ...BY, reason: "the vendor answered" }, "the vendor answered"],
	[{ kind: "Resumed", ...BY }, ""],
	[{ kind: "Reloaded", by: "eve", at: 0, settings: [], problems: 0 }, ""],
	[
		{ kind: "Reloaded", by: "eve", at: 0, settings: SETTINGS, problems: 1 },
		"approvals changes now, api changes after a restart; 1 problem",
	],
];

for (const [event, detail] of CASES)
	test(`an auditor reads why: ${event.kind} is told as "${detail}"`, () => {
		assert.equal(detailOf(event), detail);
	});
