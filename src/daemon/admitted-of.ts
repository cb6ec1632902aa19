import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { siteOf } from "../plan/site-of.ts";
import { tokenFor } from "./token.ts";

/** What the swarm is told of machines that may be peers: each by a token of its own, from its own address. */
export function admittedOf(
	approved: readonly Machine[],
	{ secret, sites }: { readonly secret: Buffer; readonly sites: readonly Site[] },
) {
	return approved.map((machine) => {
		const { name, address } = machine;
		return { machine: name, address, token: tokenFor(secret, name), site: siteOf(sites, machine) };
	});
}
