import { z } from "zod";
import { time } from "./fields.ts";
import { approvalReport } from "./rollouts.ts";

const differenceReport = z
	.object({
		path: z.string().describe("rollout.rings[1].target_percentage"),
		before: z.string().nullable().describe("As written; null: not there."),
		after: z.string().nullable(),
		sentence: z.string(),
	})
	.meta({ id: "DifferenceReport" });

export const policyReport = z
	.object({
		policy: z.string(),
		revision: z.string(),
		source: z.string(),
		applied_at: time,
		approval: approvalReport.nullable().describe("null: it needs none."),
		content: z.array(z.string()).describe('Every key and its value, one line each: "packages[app].version: 2".'),
		since: z
			.object({ revision: z.string(), differences: z.array(differenceReport) })
			.nullable()
			.describe("Against the revision that was rolled out last, if that is another one."),
	})
	.describe("A policy in force, as a person has to see it before approving it.")
	.meta({ id: "PolicyReport" });

const policyChange = z
	.object({
		policy: z.string(),
		change: z.enum(["added", "changed", "removed"]),
		source: z.string(),
		revision_before: z.string().nullable(),
		revision_after: z.string().nullable(),
		differences: z.array(differenceReport),
		effect: z.string().describe("What follows for its rollout."),
	})
	.meta({ id: "PolicyChange" });

export const changesReport = z
	.object({
		policies: z.array(policyChange),
		settings: z
			.array(
				z.object({
					key: z.string().describe("swarm.bandwidth"),
					effect: z.enum(["now", "after a restart"]),
				}),
			)
			.describe("What changes of the daemon's configuration."),
		problems: z.array(z.string()).describe("One line each; empty when all is well."),
	})
	.describe("What reading the files changes, policy by policy in the order of their names.")
	.meta({ id: "ChangesReport" });
