import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf } from "../../src/console/audit/audit-words.ts";
import type { Event } from "../../src/model/event.ts";

const BY = { policy: "office", by: "eve", at: 0 };

const SETTINGS = [
	{ key: "approvals", effect: "now" },
	{ key: "api", effect: "after a restart" },
] as const;

const REFUSED = {
	kind: "OrderRefused",
	token: "1a2b3c4d",
	order: "POST /api/v1/policies/office/approve",
	...BY,
	machine: null,
	code: "FS-API-ROLE",
	detail: "this takes approver",
	unwritten: 0,
} as const;

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
	[
		{ kind: "LoggedIn", token: "1a2b3c4d", by: "eve", address: "10.0.0.7", unwritten: 0, at: 0 },
		"token 1a2b3c4d from 10.0.0.7",
	],
	[REFUSED, "refused: POST /api/v1/policies/office/approve, token 1a2b3c4d: this takes approver"],
	[
		{ ...REFUSED, token: null, unwritten: 12 },
		"refused: POST /api/v1/policies/office/approve: this takes approver; 12 more before it were not written",
	],
];

for (const [event, detail] of CASES)
	test(`an auditor reads why: ${event.kind} is told as "${detail}"`, () => {
		assert.equal(detailOf(event), detail);
	});
