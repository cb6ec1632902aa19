import { z } from "zod";
import type { RetryCause } from "../model/policy.ts";
import { duration, whole } from "./fields.ts";
import { mapping } from "./mapping.ts";

const BACKOFFS = ["fixed", "exponential"] as const;
const CAUSES = ["failed", "timed_out", "not_detected"] as const satisfies readonly RetryCause[];

export const retriesSchema = mapping({
	max: whole(0, 10).default(0).describe("Automatic new attempts of an install that failed."),
	delay: duration("1s", "7d").prefault("5m").describe("How long to wait before the first of them."),
	backoff: z
		.enum(BACKOFFS, BACKOFFS.join(", "))
		.default("exponential")
		.describe("exponential: each wait is twice the one before; fixed: all are the same."),
	on: z
		.array(z.enum(CAUSES, CAUSES.join(", ")))
		.min(1, "at least one")
		.default(["failed", "timed_out"])
		.describe(
			"After which failures: failed (its exit code), timed_out, not_detected. A wrong digest is never tried again.",
		),
});
