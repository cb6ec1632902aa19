import { z } from "zod";

/** What the API answers is in this folder, as schemas: its description is made of them, and so are the types of the reports. */

export const time = z.string().describe("ISO 8601, UTC");
export const count = z.int().min(0);
export const bytes = z.int().min(0);

export const several = z.object({
	machines: count.describe("How many machines."),
	names: z.array(z.string()).describe("The first few names."),
});

export const floorMultiple = z
	.number()
	.nullable()
	.describe(
		"How long it took as a multiple of the floor: what the slower of two links, this one machine's and the controller's, each under its limit, needs for what had to come. Other machines are not in it. null: the link and the limit of an end are not known, or it has not ended.",
	);
