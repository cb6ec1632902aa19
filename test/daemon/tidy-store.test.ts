import assert from "node:assert/strict";
import { utimes, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { tidyStore } from "../../src/daemon/tidy-store.ts";
import type { Event } from "../../src/model/event.ts";
import { openStore } from "../acquire/workbench.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const KIB = 1024;
const [IN_FORCE, BEFORE, OLD, NEWER] = ["a", "b", "c", "d"].map((digit) => digit.repeat(64)) as [
	string,
	string,
	string,
	string,
];

/** A store of four packages, 400 KiB each: of the policy in force, of its way back, and two that nothing names. */
async function tidied(maxStoreBytes: number) {
	await using room = await openStore();
	for (const [age, sha256] of [NEWER, OLD, BEFORE, IN_FORCE].entries()) {
		await writeFile(room.store.path(sha256), Buffer.alloc(400 * KIB));
		await utimes(room.store.path(sha256), 1_000_000 - age, 1_000_000 - age);
	}
	const fleet = fleetOf({
		package: { sha256: IN_FORCE },
		rollout: { previous: { revision: "r0", packages: [{ sha256: BEFORE }] } },
	});
	const [retired, lost]: [string[], Event[]] = [[], []];
	await tidyStore({
		store: room.store,
		swarm: { retire: (sha256: string) => retired.push(sha256) } as never,
		ledger: { fleet } as never,
		record: (events) => lost.push(...events),
		now: () => 7,
		settings: { maxStoreBytes } as never,
	});
	const has = await Promise.all([IN_FORCE, BEFORE, OLD, NEWER].map((sha256) => room.store.has(sha256)));
	return { has, retired, lost };
}

test("a store that is not too large keeps what nothing names", async () => {
	assert.deepEqual(await tidied(1600 * KIB), { has: [true, true, true, true], retired: [], lost: [] });
});

test("beyond its size the oldest package that nothing names goes, seeded no more, and the journal says so", async () => {
	assert.deepEqual(await tidied(1300 * KIB), {
		has: [true, true, false, true],
		retired: [OLD],
		lost: [{ kind: "PackageLost", sha256: OLD, at: 7 }],
	});
});

test("what a policy in force or its way back names stays, however small the store should be", async () => {
	const { has, retired } = await tidied(1);
	assert.deepEqual(
		[has, retired],
		[
			[true, true, false, false],
			[OLD, NEWER],
		],
	);
});
