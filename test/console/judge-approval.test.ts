import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../src/console/judge.ts";
import type { OperatorEvent } from "../../src/model/event.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const LOOKED_AT = `1a2b3c4d${"0".repeat(56)}`;
/** Its author tried a hundred thousand descriptions for the same first digits. */
const SWAPPED = `1a2b3c4d${"f".repeat(56)}`;

/** What is said to whoever approves a revision of a policy that `revision` is in force of, after others have. */
function approve(by: string, { revision = LOOKED_AT, approvedBy = [] as string[], approvers = [] as string[] } = {}) {
	const needed = { required: 2, approvers };
	const approvals = approvedBy.map((each) => ({ by: each, at: 0 }));
	const fleet = fleetOf({
		policy: { revision: LOOKED_AT, approval: needed },
		machines: { a: {} },
		applied: { approvals },
	});
	const order: OperatorEvent = { kind: "PolicyApproved", policy: "office", revision, by };
	const answer = judge(fleet, order, { now: 0, neededFor: () => needed });
	return answer.kind === "refused" ? `refused: ${answer.failure.detail}` : `${answer.event?.kind}: ${answer.message}`;
}

test("two people let a revision through, and the first is told that another one is needed", () => {
	assert.match(approve("eve"), /^PolicyApproved: revision 1a2b3c4d of office approved by eve: 1 of 2$/);
	assert.match(approve("bob", { approvedBy: ["eve"] }), /^PolicyApproved: .*: 2 of 2, it may go on$/);
});

test("one person who approves twice is one", () => {
	assert.match(approve("eve", { approvedBy: ["eve"] }), /^undefined: eve has approved revision 1a2b3c4d .*: 1 of 2$/);
});

test("another revision than the one in force is not approved, though it begins with the same digits", () => {
	for (const revision of [SWAPPED, "0".repeat(64), LOOKED_AT.slice(0, 8), ""])
		assert.match(approve("eve", { revision }), /^refused: office is at revision .*: look again before you approve it$/);
});

test("who is not among the approvers approves nothing", () => {
	const approvers = ["ann", "bob"];
	assert.equal(approve("eve", { approvers }), "refused: eve is not among the approvers of office: ann, bob");
	assert.match(approve("ann", { approvers, approvedBy: ["eve"] }), /: 1 of 2$/, "nor counts what was said before");
});
