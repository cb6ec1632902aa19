import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { isInSubnet, parseSubnet, type Subnet } from "../policy/subnet.ts";
import { carries } from "./selection.ts";

const subnets = new WeakMap<Site, readonly Subnet[]>();

/** The name of the first site that the machine is in, by its address or a label; null: it is where the controller is. */
export function siteOf(sites: readonly Site[], machine: Machine): string | null {
	const site = sites.find(
		(each) =>
			subnetsOf(each).some((subnet) => isInSubnet(subnet, machine.address)) ||
			each.labelsIncludeAny.some((label) => carries(machine, label) === true),
	);
	return site?.name ?? null;
}

/** Parsed once for each site: every machine is asked again whenever one has changed. */
function subnetsOf(site: Site): readonly Subnet[] {
	const known = subnets.get(site);
	if (known) return known;
	const parsed = site.subnets.flatMap((text) => parseSubnet(text) ?? []);
	subnets.set(site, parsed);
	return parsed;
}
