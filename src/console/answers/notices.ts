import { z } from "zod";

export const noticeTest = z.object({
	sink: z.string(),
	failure: z.string().nullable().describe("null: it was sent."),
});
