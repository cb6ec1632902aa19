import { z } from "zod";

export const done = z.object({ done: z.literal(true), message: z.string() }).meta({ id: "Done" });

export const acted = z.object({ done: z.literal(true) });

/** The message to who asks for what this release does not have at all. */
export const NO_SUCH_ROUTE = "no such route";

export const problemAnswer = z
	.object({ code: z.string().describe("FS-*"), message: z.string(), hint: z.string() })
	.describe("What is answered instead of what was asked for.")
	.meta({ id: "Problem" });
