import { z } from "zod";
import type { Site } from "../model/traffic.ts";
import { labelMatch, name } from "./fields.ts";
import { mapping, namesDiffer, rule } from "./mapping.ts";
import { parseSubnet } from "./subnet.ts";

const SUBNET = "a subnet such as 10.2.0.0/16 or fd00:2::/32, with no bits set beyond its prefix";
const CRITERIA = "subnets or labels_include_any beside the name";

const subnet = z.string(SUBNET).refine((text) => parseSubnet(text) !== null, SUBNET);

interface Criteria {
	readonly subnets?: unknown;
	readonly labels_include_any?: unknown;
}

const site = mapping({
	name: name.describe("The site's name."),
	subnets: z
		.array(subnet)
		.min(1, "at least one subnet")
		.optional()
		.describe("Machines whose address is in any of these, IPv4 or IPv6."),
	labels_include_any: z
		.array(labelMatch)
		.min(1, "at least one label")
		.optional()
		.describe('Machines with any of these labels: "key" or "key=value".'),
}).check(
	rule<Criteria>(["subnets", "labels_include_any"], ({ subnets, labels_include_any }) => {
		const isEmpty = subnets === undefined && labels_include_any === undefined;
		return isEmpty ? [{ path: [], expected: CRITERIA, code: "FS-POLICY-REQUIRED" }] : [];
	}),
);

export const sitesSchema = z.array(site).check(namesDiffer);

export function toSite({ name, subnets = [], labels_include_any = [] }: z.output<typeof site>): Site {
	return { name, subnets, labelsIncludeAny: labels_include_any };
}
