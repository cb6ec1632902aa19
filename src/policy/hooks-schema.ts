import { freeText } from "./fields.ts";
import { mapping } from "./mapping.ts";

export const hooksSchema = mapping({
	pre_install: freeText
		.optional()
		.describe(
			"Before it: exit code 21 asks for a later try, any other but 0 is a failure, and the installer is not run.",
		),
	post_install: freeText
		.optional()
		.describe(
			"After an installer that did not fail, with its code in $FLEETSEED_EXIT; any exit code but 0 is a failure.",
		),
	on_failure: freeText
		.optional()
		.describe("After a hook or an installer that failed, with its code in $FLEETSEED_EXIT."),
});
