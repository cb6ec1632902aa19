import { z } from "zod";
import { text, whole } from "./fields.ts";
import { mapping, rule } from "./mapping.ts";

interface Written {
	readonly required: number;
	readonly approvers?: readonly string[] | undefined;
}

export const approvalSchema = mapping({
	required: whole(1, 100).default(1).describe("How many different people must approve each revision."),
	approvers: z
		.array(text(/^\P{Cc}{1,64}$/u, "a user name"))
		.min(1, "at least one")
		.optional()
		.describe("Whose approval counts. Default: anybody's who may use the daemon's socket."),
}).check(
	rule<Written>(["required", "approvers"], ({ required, approvers }) => {
		const known = new Set(approvers).size;
		const isImpossible = approvers !== undefined && required > known;
		const expected = `at most ${known}, which is how many approvers there are`;
		return isImpossible ? [{ path: ["required"], expected, code: "FS-POLICY-APPROVAL" }] : [];
	}),
);
