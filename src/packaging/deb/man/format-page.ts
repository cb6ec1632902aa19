import { z } from "zod";
import { settingsDocument } from "../../../policy/parse-settings.ts";
import { policyJsonSchema } from "../../../policy/policy-schema.ts";
import { type JsonSchema, keysOf, type SchemaKey } from "../../../policy/schema-keys.ts";
import type { Release } from "../control.ts";
import { bold, item, prose, renderPage, roff, withDefault } from "./roff.ts";

const FORMS =
	"YAML 1.2. Durations are 30s, 10m, 2h or 7d; rates 500kbit, 20mbit, 1gbit or 2MiB, each a second; times name an IANA zone. Below, `[]` stands for each entry of a list.";

/** fleetseed.yaml(5), from the schema that reads the file. */
export function settingsPage({ version, epoch }: Release): string {
	const schema = z.toJSONSchema(settingsDocument, { io: "input" }) as JsonSchema;
	return renderPage({
		name: "fleetseed.yaml",
		section: 5,
		oneLine: "the configuration of the fleetseed daemon",
		version,
		epoch,
		sections: {
			SYNOPSIS: roff("/etc/fleetseed/fleetseed.yaml"),
			DESCRIPTION: prose(
				`${FORMS} Unknown keys are errors. Relative paths count from the file's folder. \`fleetseed check\` says what is wrong, \`systemctl reload fleetseed\` applies what has changed and says which settings need a restart.`,
			),
			KEYS: keysOf(schema).map(keyItem).join(""),
			EXAMPLE: roff("/usr/share/doc/fleetseed/examples/fleetseed.yaml"),
			"SEE ALSO": roff("fleetseed(1), fleetseed-policy(5), systemd.exec(5) for LoadCredential="),
		},
	});
}

/** fleetseed-policy(5), from the schema that reads policies. */
export function policyPage({ version, epoch }: Release): string {
	const schema = policyJsonSchema() as JsonSchema;
	return renderPage({
		name: "fleetseed-policy",
		section: 5,
		oneLine: "what fleetseed installs, on which machines, in which order and when",
		version,
		epoch,
		sections: {
			SYNOPSIS: roff("/etc/fleetseed/policies/*.yaml"),
			DESCRIPTION: prose(
				`${FORMS} Counts are 5 or "10%". Keys that start with x- are yours, other unknown keys are errors. \`fleetseed check\` says what is wrong, \`fleetseed simulate\` plays a policy on a modelled fleet, \`fleetseed diff\` says what a reload would change.`,
			),
			KEYS: keysOf(schema).map(keyItem).join(""),
			EXAMPLES: roff("/usr/share/doc/fleetseed/examples/policies, and policies.md beside it, which explains them."),
			"SEE ALSO": roff("fleetseed(1), fleetseed.yaml(5)"),
		},
	});
}

function keyItem({ path, description = "", default: preset }: SchemaKey): string {
	const isPlain = ["string", "number", "boolean"].includes(typeof preset);
	return item(bold(path), prose(withDefault(description, isPlain ? preset : undefined)));
}
