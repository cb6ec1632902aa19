import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditBook } from "../../src/console/audit/audit-book.ts";
import type { Event } from "../../src/model/event.ts";
import type { JournalLine } from "../../src/record/journal.ts";
import { policyOf } from "../plan/fleet-of.ts";

const policy = policyOf({});
const [spec] = policy.packages;
assert.ok(spec);
const step = {
	kind: "inspect" as const,
	machine: "mill-01",
	rollout: `${policy.name}@${policy.revision.slice(0, 8)}/2026-11-23T10:00:00.000Z`,
	package: spec.name,
	attempt: 1,
};

function finding(version: string | null): Event {
	const observations = spec?.detection.map(() => ({ type: "package" as const, version })) ?? [];
	const facts = { observations, job: { kind: "none" as const }, isStaged: false };
	return { kind: "StepFinished", step, outcome: { kind: "inspected", facts }, at: 0 };
}

function opened(): { book: AuditBook; lookedUp: () => number; before: { version: string | null } } {
	const before = { version: null as string | null };
	let lookedUp = 0;
	const book = new AuditBook({
		policiesAfter: () => [
			{ seq: 1, hash: "applied", event: { kind: "PolicyApplied", policy, source: "office.yaml", at: 0 } },
		],
		*outcomesBefore() {
			lookedUp += 1;
			yield finding(before.version);
		},
	});
	return { book, lookedUp: () => lookedUp, before };
}

const line = (seq: number, hash: string): JournalLine => ({ seq, hash, event: finding(spec.version) });

test("what is said of a line is looked up once, however often it is read", () => {
	const { book, lookedUp } = opened();
	const [first] = book.read([line(7, "a")]);
	assert.equal(first?.detection_before, "differs: package not installed");
	assert.deepEqual(book.read([line(7, "a")]), [first]);
	assert.equal(lookedUp(), 1);
});

test("a line of another history is another line, though it has the same number", () => {
	const { book, before } = opened();
	book.read([line(7, "a")]);
	before.version = spec.version;
	assert.equal(book.read([line(7, "b")])[0]?.detection_before, `verified: package ${spec.version}`);
});

test("only so many lines are kept, those read last", () => {
	const { book, lookedUp } = opened();
	for (let seq = 2; seq < 5_000; seq++) book.read([line(2, "kept"), line(seq, `line ${seq}`)]);
	const soFar = lookedUp();
	book.read([line(2, "kept"), line(4_999, "line 4999")]);
	assert.equal(lookedUp(), soFar, "they were read last");
	book.read([line(3, "line 3")]);
	assert.equal(lookedUp(), soFar + 1, "it was read long ago");
});
