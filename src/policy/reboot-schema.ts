import { z } from "zod";
import { count, duration, freeText } from "./fields.ts";
import { mapping } from "./mapping.ts";
import { windowSchema } from "./schedule-schema.ts";

const POLICIES = ["never", "if_needed", "always"] as const;

export const rebootSchema = mapping({
	policy: z
		.enum(POLICIES, POLICIES.join(", "))
		.default("never")
		.describe(
			"if_needed: when an exit code or the machine itself asks for one after an install; always: after each install.",
		),
	concurrency: count.prefault(1).describe('Reboots that may be under way at once: 1 or "10%".'),
	window: windowSchema.optional().describe("When reboots may start. Default: in the maintenance windows."),
	timeout: duration("1m", "1d")
		.prefault("15m")
		.describe("From the request until the machine must be back, with another boot id and its test passed."),
	test_command: freeText.optional().describe("Run by /bin/sh after the reboot; must exit with 0."),
	skip_if_users: z
		.boolean("true or false")
		.default(false)
		.describe("Wait while somebody is logged in; the deadline ends the waiting."),
});
