import { z } from "zod";
import { policyDocument } from "./policy-document.ts";

/** The JSON Schema (2020-12) of a policy as it is written, for editors to complete and explain; parsePolicy knows more rules. */
export function policyJsonSchema(): object {
	return z.toJSONSchema(policyDocument, {
		io: "input",
		override: ({ zodSchema, jsonSchema }) => {
			if (zodSchema._zod.def.type !== "object") return;
			jsonSchema.additionalProperties = false;
			jsonSchema.patternProperties = { "^x-": {} };
		},
	});
}
