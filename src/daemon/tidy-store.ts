import { neededPackages } from "../plan/needed-packages.ts";
import type { Performers } from "./performers.ts";

type Tidied = Pick<Performers, "store" | "swarm" | "ledger" | "record" | "now" | "settings">;

/** Beyond `max_store_size` packages go that nothing needs any more. The journal knows first, so that one which is needed again is downloaded again. */
export async function tidyStore({ store, swarm, ledger, record, now, settings }: Tidied): Promise<void> {
	for (const sha256 of await store.surplus(settings.maxStoreBytes, neededPackages(ledger.fleet))) {
		record([{ kind: "PackageLost", sha256, at: now() }]);
		swarm.retire(sha256);
		await store.drop(sha256);
	}
}
