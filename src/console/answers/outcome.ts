import { z } from "zod";

export const done = z.object({ done: z.literal(true), message: z.string() }).meta({ id: "Done" });

export const problemAnswer = z
	.object({ code: z.string().describe("FS-*"), message: z.string(), hint: z.string() })
	.describe("What is answered instead of what was asked for.")
	.meta({ id: "Problem" });
