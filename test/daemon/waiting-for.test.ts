import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingFor } from "../../src/daemon/waiting-for.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import type { Held } from "../../src/plan/held.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const NOTHING = { steps: [], held: [], wakeAt: null };
const fleet = fleetOf({ machines: { a: null, b: null, c: null } });

function busy(machine: string): Held {
	return { policy: "office", machine, reason: { kind: "slots_busy", slots: "sessions", busy: 2, of: 2 } } as never;
}

test("a daemon that lacks something from people says what", () => {
	assert.equal(
		waitingFor(EMPTY_FLEET, NOTHING),
		"waits for a policy: put one into the policies folder, then: fleetseed reload",
	);
	const unseen = { ...fleet, machines: EMPTY_FLEET.machines };
	assert.equal(waitingFor(unseen, NOTHING), "waits for machines to announce themselves");
	const stranger = fleetOf({ machines: { a: { trust: { kind: "discovered" } } } });
	assert.equal(waitingFor(stranger, NOTHING), "waits for approval of 1 machine: fleetseed machines");
});

test("of many reasons it tells the one that most machines have, and when it looks again", () => {
	const soaking: Held = { policy: "kernel", machine: null, reason: { kind: "paused", by: "ann", why: "lunch" } };
	const wakeAt = Date.parse("2026-11-26T02:00:00Z");
	const sentence = waitingFor(fleet, { steps: [], held: [soaking, busy("a"), busy("b")], wakeAt });
	assert.match(sentence, /^office: .+ \(2 machines\); looks again 2026-11-26T02:00:00Z$/);
	assert.match(
		waitingFor(fleet, { steps: [], held: [soaking], wakeAt: null }),
		/^kernel: paused by ann.*; waits for an event$/,
	);
	assert.equal(waitingFor(fleet, NOTHING), "waits for an event");
});
