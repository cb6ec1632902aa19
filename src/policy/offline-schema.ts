import { z } from "zod";
import { duration } from "./fields.ts";
import { mapping } from "./mapping.ts";

const POLICIES = ["wait", "skip", "fail"] as const;

export const offlineSchema = mapping({
	policy: z
		.enum(POLICIES, POLICIES.join(", "))
		.default("wait")
		.describe(
			"wait: brought up whenever it appears; skip: left out of the run; fail: counts as failed. It holds up nobody meanwhile.",
		),
	give_up_after: duration("1m", "999d")
		.optional()
		.describe("How long a machine may stay away before that. Default: 30d for wait, 1h for skip and fail."),
});
