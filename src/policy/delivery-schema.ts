import { z } from "zod";
import { DELIVERY_METHODS, type DeliveryMethod } from "../model/policy.ts";
import { expects } from "./expectation.ts";
import { mapping, rule } from "./mapping.ts";
import { nearest } from "./nearest.ts";

const ALL = DELIVERY_METHODS.join(", ");

const method = z.enum(DELIVERY_METHODS, {
	error: ({ input }) => {
		const meant = typeof input === "string" ? nearest(input, DELIVERY_METHODS) : null;
		return expects(meant ? `"${meant}"` : `one of ${ALL}`, "FS-POLICY-VALUE");
	},
});

const methodsDiffer = rule<readonly DeliveryMethod[]>([], (methods) =>
	methods.flatMap((each, index) =>
		methods.indexOf(each) === index
			? []
			: [{ path: [index], expected: "each way once", code: "FS-POLICY-DUPLICATE" as const }],
	),
);

export const deliverySchema = mapping({
	methods: z
		.array(method)
		.min(1, "at least one way")
		.check(methodsDiffer)
		.default([...DELIVERY_METHODS])
		.describe(
			"By which ways packages come to a machine, the preferred one first: agent (our peer is installed there), helper (our peer as one file, pushed once and kept), aria2c, http (curl or wget there, from the controller), sftp (through the SSH session). The first that the machine can go is taken; one that stalls gives way to the next.",
		),
});
