import { z } from "zod";
import { count, several, time } from "./fields.ts";

const plannedStep = z
	.object({
		kind: z.string(),
		act: z.string().describe('The act without its machine: "install app 2.0, attempt 1".'),
		because: z.string(),
		policy: z.string().nullable(),
		machine: z.string().nullable(),
	})
	.meta({ id: "PlannedStep" });

const plannedWait = z
	.object({
		policy: z.string(),
		machine: z.string().nullable(),
		code: z.string(),
		sentence: z.string(),
		until: time.nullable(),
	})
	.meta({ id: "PlannedWait" });

export const planReport = z
	.object({
		steps: z
			.array(plannedStep)
			.describe(
				"What would be done now, in order; a step in flight is not repeated. Empty when only groups were asked for.",
			),
		step_groups: z.array(plannedStep.omit({ machine: true }).extend(several.shape)),
		held: z
			.array(plannedWait)
			.describe("Why the rest waits, in the order of the rings. Empty when only groups were asked for."),
		held_groups: z.array(plannedWait.omit({ machine: true }).extend(several.shape)),
		in_flight: count.describe("Steps that were started and have not ended."),
		wake_at: time.nullable(),
	})
	.meta({ id: "PlanReport" });
