import type { Performers } from "./performers.ts";

type Sharing = Pick<Performers, "ledger" | "store" | "swarm" | "record" | "now">;

/** Machines may still be fetching from us: what the journal says is held is seeded again, or said to be lost. */
export async function shareHeld({ ledger, store, swarm, record, now }: Sharing): Promise<void> {
	for (const [sha256, { kind }] of ledger.fleet.packages) {
		if (kind !== "held") continue;
		// Where it cannot be now, as on a full disk, whoever is delivered to tries again and says why.
		if (await store.has(sha256)) await swarm.share(sha256).catch(() => null);
		else record([{ kind: "PackageLost", sha256, at: now() }]);
	}
}
