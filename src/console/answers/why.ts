import { z } from "zod";
import { time } from "./fields.ts";
import { machineRow, machineState } from "./machines.ts";
import { deliveryReport } from "./rollouts.ts";

export const packageDelivery = deliveryReport.extend({ package: z.string() }).meta({ id: "PackageDelivery" });

const whyPolicy = z
	.object({
		policy: z.string(),
		revision: z.string(),
		ring: z.string().nullable(),
		state: machineState,
		since: time.nullable(),
		sentence: z.string().describe("Why it is in this state."),
		next: z.string().nullable().describe("What is done next, and when."),
		advice: z.string().nullable().describe("What a person can do, if anything."),
		deliveries: z.array(packageDelivery),
		paragraph: z.string().describe("All of it for a person to read."),
	})
	.meta({ id: "WhyPolicy" });

export const whyReport = machineRow.extend({ policies: z.array(whyPolicy) }).meta({ id: "WhyReport" });
