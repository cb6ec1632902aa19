import { z } from "zod";
import { bytes, count, floorMultiple, time } from "./fields.ts";
import { act, machineState } from "./machines.ts";

export const approvalReport = z
	.object({
		required: count,
		approvers: z.array(z.string()).describe("Empty: anybody."),
		because: z.string().nullable().describe("Why so many, if the policy itself does not ask for them."),
		given: z.array(z.object({ by: z.string(), at: time, counts: z.boolean() })),
		is_approved: z.boolean(),
	})
	.meta({ id: "ApprovalReport" });

export const ringReport = z
	.object({
		name: z.string(),
		state: z
			.enum(["waiting", "running", "promoted", "ended"])
			.describe("ended: the run was aborted before it was promoted."),
		machines: count,
		verified: count,
		failed: count,
		left_out: count.describe("Not applicable, excluded or given up."),
		unreachable: count.describe("Out of reach, which holds nobody up."),
		gate: z
			.object({ kind: z.string(), sentence: z.string(), until: time.nullable() })
			.nullable()
			.describe("What the rings behind it wait for, of the ring that holds them."),
		prestaging: z
			.object({ holding: count, counted: count, threshold: z.number() })
			.nullable()
			.describe("While its installs wait for deliveries: machines that hold the packages, of how many, in percent."),
	})
	.meta({ id: "RingReport" });

export const budgetReport = z
	.object({
		ring: z.string().nullable().describe("null: over all rings."),
		failed: count.describe("Machines that have failed and were not retried."),
		started: count.describe("Machines that have failed, or on which this run has begun an installer."),
		max_errors: count.nullable().describe("So many may fail; null: this is not limited."),
		max_fail_percentage: z
			.number()
			.nullable()
			.describe("So many percent of the started may fail; null: this is not limited."),
		min_executed: count.describe("The percentage counts once so many have started."),
		is_spent: z.boolean().describe("Nothing new starts until failed machines are retried."),
	})
	.describe("How many machines may fail before nothing new starts.")
	.meta({ id: "BudgetReport" });

export const rebootsReport = z
	.object({
		due: count,
		done: count,
		failed: count,
		under_way: z.array(z.object({ machine: z.string(), since: time, back_by: time })),
	})
	.meta({ id: "RebootsReport" });

export const deliveryReport = z
	.object({
		method: z.string(),
		bytes,
		seconds: z.number(),
		source_bytes: bytes.nullable(),
		peer_bytes: bytes.nullable(),
		floor_multiple: floorMultiple,
		because: z.string().nullable().describe("Why this way, and why each one before it was passed over."),
	})
	.describe("By the controller's own count; null: not counted.")
	.meta({ id: "DeliveryReport" });

export const rolloutMachine = z
	.object({
		machine: z.string(),
		ring: z.string().nullable(),
		state: machineState,
		reason: z.string().nullable(),
		progress: z
			.number()
			.nullable()
			.describe("Share of the package that has arrived, 0 to 1, while it is being delivered."),
		delivery: deliveryReport.nullable(),
		exit_code: z.int().nullable(),
		verified_at: time.nullable(),
	})
	.meta({ id: "RolloutMachine" });

export const rolloutReport = z
	.object({
		policy: z.string(),
		revision: z.string().describe("The revision in force, which the rollout may not have begun with."),
		id: z.string().nullable().describe("null: no run has begun."),
		run: time.nullable().describe("When the run was due."),
		began_at: time.nullable(),
		next_run: time.nullable().describe("When the schedule begins another run."),
		held: z.string().nullable().describe("Why the policy as a whole waits or has stopped, if it does."),
		paused: act.nullable(),
		approval: approvalReport.nullable(),
		halted: act.nullable(),
		rolls_back: z.string().nullable().describe("The revision that this rollout undoes."),
		missed_runs: z.array(time).describe("Runs that were due and are not made up."),
		absent_names: z
			.object({ machines: z.array(z.string()), groups: z.array(z.string()) })
			.describe("What its targets and rings name and nobody bears: neither found nor listed, or mistyped."),
		rings: z.array(ringReport),
		budgets: z.array(budgetReport).describe("Of the run that is under way. Empty: the policy sets none."),
		reboots: rebootsReport,
		ways: z
			.array(z.object({ method: z.string(), machines: count }))
			.describe("How many machines got their packages by which way."),
		machines: z.array(rolloutMachine).describe("When only groups were asked for: those that are being delivered to."),
	})
	.meta({ id: "RolloutReport" });
