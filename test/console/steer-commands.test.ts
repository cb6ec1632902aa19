import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTROL, commandLine } from "./command-line.ts";
import { REVISION } from "./memory-cockpit.ts";

const line = commandLine();
const { fleetseed } = line;

const by = "eve";
const digest = "d".repeat(64);
const OTHER = "5e6f7a8b".repeat(8);

for (const [words, order] of [
	["pause --reason audit", { kind: "Paused", policy: null, by, reason: "audit" }],
	["pause office", { kind: "Paused", policy: "office", by, reason: "" }],
	["resume", { kind: "Resumed", policy: null, by }],
	["resume office", { kind: "Resumed", policy: "office", by }],
	["resume --reason mended", { kind: "Resumed", policy: null, by, reason: "mended" }],
	["approve office --yes", { kind: "PolicyApproved", policy: "office", revision: REVISION, by }],
	[`approve office --revision ${OTHER}`, { kind: "PolicyApproved", policy: "office", revision: OTHER, by }],
	[
		"approve office --yes --reason tested",
		{ kind: "PolicyApproved", policy: "office", revision: REVISION, by, reason: "tested" },
	],
	[
		"promote office canary --reason fine",
		{ kind: "RingPromoted", policy: "office", ring: "canary", by, reason: "fine" },
	],
	["promote office canary", { kind: "RingPromoted", policy: "office", ring: "canary", by }],
	["abort office --reason broken", { kind: "RolloutAborted", policy: "office", by, reason: "broken" }],
	["run office --reason urgent", { kind: "RunRequested", policy: "office", by, reason: "urgent" }],
	["run office", { kind: "RunRequested", policy: "office", by }],
	["exclude mill-01 --reason disk", { kind: "MachineExcluded", machine: "mill-01", by, reason: "disk" }],
	["include mill-01 --reason back", { kind: "MachineIncluded", machine: "mill-01", by, reason: "back" }],
	["include mill-01", { kind: "MachineIncluded", machine: "mill-01", by }],
	["retry mill-01 --reason space", { kind: "RetryRequested", machine: "mill-01", by, reason: "space" }],
	["retry mill-01", { kind: "RetryRequested", machine: "mill-01", by }],
	[`retry --package sha256:${digest}`, { kind: "PackageRetryRequested", sha256: digest, by }],
	[
		`retry --package ${digest} --reason uploaded`,
		{ kind: "PackageRetryRequested", sha256: digest, by, reason: "uploaded" },
	],
	[
		"retry --policy office --reason disks",
		{ kind: "PolicyRetryRequested", policy: "office", only: ["failed", "waiting"], by, reason: "disks" },
	],
	["retry --policy office", { kind: "PolicyRetryRequested", policy: "office", only: ["failed", "waiting"], by }],
	[
		"retry --policy office --only not_started,failed",
		{ kind: "PolicyRetryRequested", policy: "office", only: ["failed", "not_started"], by },
	],
] as const) {
	test(`${words} goes in as one event, with who and why`, async () => {
		const { out, err, code } = await fleetseed(...words.split(" "));
		assert.equal(err, "");
		assert.equal(code, 0);
		assert.match(out, /so be it\n$/, "the daemon's own words are what is printed");
		assert.deepEqual(line.cockpit.orders, [order]);
	});
}

test("notify test says of each sink whether it was reached, and ends with bad news when one was not", async () => {
	const { out, code } = await fleetseed("notify", "test");
	assert.equal(code, 1);
	assert.match(out, /^ops: sent\nadmins: not sent: no answer/);
	assert.doesNotMatch(out, CONTROL);
	assert.deepEqual(line.cockpit.acts, ["test notices null by eve"]);
	const nobody = await fleetseed("notify", "test", "nobody");
	assert.deepEqual([nobody.code, nobody.out], [1, ""]);
	assert.match(nobody.err, /nobody: no notices of this name are configured/);
});

test("a name with a slash stays a name", async () => {
	await fleetseed("pause", "a/../b c?");
	assert.deepEqual(line.cockpit.orders, [{ kind: "Paused", policy: "a/../b c?", by, reason: "" }]);
});

test("approve shows the revision, what it does and what it changes, before it approves what it showed", async () => {
	const { out } = await fleetseed("approve", "office", "--yes");
	assert.match(out, new RegExp(`^office, revision ${REVISION} \\(office.yaml\\)\n  packages\\[app\\].version: 2\n`));
	assert.match(
		out,
		/changes against revision 00000000:\n {2}packages\[0\]\.version: 1 -> 2\nwaits for approval: 0 of 2\n/,
	);
	assert.doesNotMatch(out, CONTROL);
});

test("approve where nobody can be asked shows the revision and what to type, and approves nothing", async () => {
	for (const words of [[], ["--json"]]) {
		const { out, err, code } = await fleetseed("approve", "office", ...words);
		assert.equal(code, 2);
		assert.equal(out.includes("packages[app].version: 2"), words.length === 0, out);
		const next = /^To approve .*: fleetseed approve office --revision (1a2b3c4d){8}$/;
		if (words.length > 0) assert.match(JSON.parse(err).hint, next);
		else assert.match(err.split("\n")[1] ?? "", next);
	}
	assert.deepEqual(line.cockpit.orders, []);
});

test("approve says of a policy that needs no approval only that, in one line with the next step, and orders nothing", async () => {
	line.cockpit.needsApproval = false;
	for (const words of [[], ["--yes"], ["--json"], ["--revision", "1a2b3c4d"]]) {
		const { out, err, code } = await fleetseed("approve", "office", ...words);
		assert.deepEqual([out, code], ["", 1], words.join(" "));
		if (words.includes("--json"))
			assert.match(JSON.parse(err).message, /^office needs no approval, .*: fleetseed status$/);
		else assert.match(err, /^office needs no approval, .*: fleetseed status \(FS-API-REQUEST\)\n$/);
	}
	assert.deepEqual(line.cockpit.orders, []);
});

test("a refusal is printed with its code and what to do, and exits 1", async () => {
	line.cockpit.answer = { kind: "refused", failure: { code: "FS-POLICY-UNKNOWN", detail: "offcie\u001b: no policy" } };
	for (const words of [
		["run", "offcie"],
		["pause", "offcie"],
		["retry", "--policy", "offcie"],
	]) {
		const { out, err, code } = await fleetseed(...words);
		assert.equal(out, "");
		assert.equal(err, "offcie\\u{1b}: no policy (FS-POLICY-UNKNOWN)\nSee the known names with: fleetseed status.\n");
		assert.equal(code, 1);
	}
	const { err, code } = await fleetseed("approve", "offcie");
	assert.match(err, /offcie: no policy of this name is in force \(FS-POLICY-UNKNOWN\)/);
	assert.equal(code, 1);
	line.cockpit.answer = { kind: "refused", failure: { code: "FS-API-REQUEST", detail: "no such ring" } };
	const refused = await fleetseed("promote", "office", "canray");
	assert.match(refused.err, /no such ring \(FS-API-REQUEST\)/);
	assert.equal(refused.code, 1);
});

test("what makes no sense as typed never reaches the daemon", async () => {
	const wrong = [
		["retry"],
		["retry", "mill-01", "--policy", "office"],
		["retry", "mill-01", "--package", digest],
		["retry", "mill-01", "--only", "failed"],
		["retry", "--policy", "office", "--only", "broken"],
		["exclude"],
		["run"],
	];
	for (const words of wrong) assert.equal((await fleetseed(...words)).code, 2, words.join(" "));
	assert.deepEqual(line.cockpit.orders, []);
});

test("a part of a revision approves nothing, since another revision may begin with the same digits", async () => {
	for (const part of [REVISION.slice(0, 8), REVISION.slice(0, 63)]) {
		const { err, code } = await fleetseed("approve", "office", "--revision", part);
		assert.match(err, /expected the 64 digits of a revision/);
		assert.equal(code, 1);
	}
	assert.deepEqual(line.cockpit.orders, []);
});
