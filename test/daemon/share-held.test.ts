import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { shareHeld } from "../../src/daemon/share-held.ts";
import type { Event } from "../../src/model/event.ts";
import type { PackageState } from "../../src/model/fleet.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { openStore } from "../acquire/workbench.ts";

test("after a start what is held is seeded again where it can be, and of what the store no longer has the journal says so", async () => {
	await using room = await openStore();
	const names = ["a", "b", "c", "0"].map((digit) => digit.repeat(64));
	const [there, gone, failing, refused] = names as [string, string, string, string];
	for (const name of [refused, there]) await writeFile(room.store.path(name), "x");
	const held: PackageState = { kind: "held", sizeBytes: 1, originBytes: 1 };
	const failure = { code: "FS-ACQUIRE-HTTP", detail: "404" } as const;
	const packages = new Map<string, PackageState>([
		[refused, held],
		[there, held],
		[gone, held],
		[failing, { kind: "retrying", failure, failures: 1, since: 0, at: 0 }],
	]);
	const [shared, recorded]: [string[], Event[]] = [[], []];
	const share = async (sha256: string) => {
		if (sha256 === refused) throw new Error("no space left on device");
		shared.push(sha256);
	};
	await shareHeld({
		ledger: { fleet: { ...EMPTY_FLEET, packages } } as never,
		store: room.store,
		swarm: { share } as never,
		record: (events) => recorded.push(...events),
		now: () => 7,
	});
	assert.deepEqual(shared, [there]);
	assert.deepEqual(recorded, [{ kind: "PackageLost", sha256: gone, at: 7 }]);
});
