import { floorMs, slower } from "../plan/floor-ms.ts";
import { readOwnLink } from "./own-link.ts";
import type { Performers } from "./performers.ts";

/** The time, in ms, below which the package cannot come to the machine, by the slower of link and limit at both ends; null: not known. */
export async function deliveryFloor(
	{ ledger, settings, limitsOf }: Performers,
	name: string,
	{ sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
): Promise<number | null> {
	const { source, machine } = limitsOf(sha256);
	const own = settings.swarm.linkBytesPerSecond ?? (await readOwnLink());
	const link = ledger.fleet.machines.get(name)?.facts?.linkBytesPerSecond ?? null;
	const receivers = [{ up: slower(link, machine.up), down: slower(link, machine.down) }];
	return floorMs({ sizeBytes, source: slower(own, source), receivers });
}
