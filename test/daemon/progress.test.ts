import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "../../src/daemon/progress.ts";
import { fleetOf } from "../plan/fleet-of.ts";

test("the one line about the service tells a download that fails, also while no machine is known", () => {
	const failure = { code: "FS-ACQUIRE-HTTP", detail: "404" } as const;
	const fleet = fleetOf({ package_state: { kind: "retrying", failure, failures: 2, since: 0, at: 0 } });
	assert.equal(
		new Progress().sentence(fleet, { steps: [], held: [], wakeAt: null }, 0),
		"app 2 cannot be downloaded (FS-ACQUIRE-HTTP); nothing in flight; waits for machines to announce themselves",
	);
});

test("what is done is counted of all who take part, not of those whose turn has come", () => {
	const fleet = fleetOf({
		machines: { a: null, b: null, c: null, d: null, e: { excluded: { by: "ann", reason: "", at: 0 } } },
		rollout: { tasks: { a: { phase: "verified" }, b: { phase: "failed" } } },
	});
	assert.match(
		new Progress().sentence(fleet, { steps: [], held: [], wakeAt: null }, 0),
		/^[a-z]+: 1 of 4 verified, 1 failed; nothing in flight/,
	);
});
