import { z } from "zod";
import { count, time } from "./fields.ts";

export const auditLine = z
	.object({
		seq: z.int().describe("The line's number in the journal; they rise without gaps."),
		at: time,
		who: z.string().describe("A person, or fleetseed itself."),
		act: z.string().describe("install, inspect, approve_policy, pause, see_machine, ..."),
		outcome: z
			.string()
			.describe(
				"done, started, interrupted, what the step came to, or the code of its failure or of an order's refusal.",
			),
		policy: z.string().nullable(),
		revision: z.string().nullable().describe("Hex SHA-256 over the policy's content."),
		package: z.string().nullable(),
		sha256: z.string().nullable().describe("The package's digest."),
		machine: z.string().nullable(),
		rollout: z.string().nullable(),
		attempt: z.int().nullable(),
		exit_code: z.int().nullable(),
		detection_before: z.string().nullable().describe("What detection had found last, before this act."),
		detection_after: z.string().nullable().describe("What detection found now."),
		detail: z.string(),
		hash: z.string().describe("Hex SHA-256 over the hash before and this line's bytes in the journal."),
	})
	.describe("One decision or act.")
	.meta({ id: "AuditLine" });

export const auditPage = z.object({ lines: z.array(auditLine) }).meta({ id: "AuditPage" });

export const auditVerification = z
	.object({
		is_intact: z.boolean(),
		lines: count,
		head: z
			.object({ seq: z.int(), hash: z.string() })
			.describe(
				"Note it somewhere else: a journal that still has this line with this hash was not rewritten up to it.",
			),
		breaks: z.array(z.object({ seq: z.int(), what: z.string() })).describe("Lines that are not what was written."),
	})
	.meta({ id: "AuditVerification" });
