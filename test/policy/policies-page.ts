import { join } from "node:path";
import { policyJsonSchema } from "../../src/policy/policy-schema.ts";
import { type JsonSchema, keysOf } from "../../src/policy/schema-keys.ts";

export const PAGE = join(import.meta.dirname, "../../docs/policies.md");
const TABLE = /(?<=<!-- keys -->\n)[\s\S]*(?=<!-- \/keys -->)/;

/** The page with its table of keys made anew from the schema. */
export function pageWithTable(page: string): string {
	const rows = keysOf(policyJsonSchema() as JsonSchema)
		// A ring's targets have the keys of the policy's own, and a reboot's window those of a maintenance window.
		.filter(({ path }) => !/^(rollout\.rings\[\]\.targets|reboot\.window)\./.test(path))
		.map((key) => `| \`${key.path}\` | ${key.description ?? ""} | ${presetOf(key.default)} |\n`);
	return page.replace(TABLE, `| key | meaning | default |\n|---|---|---|\n${rows.join("")}`);
}

/** What depends on other keys is told in the description. */
function presetOf(value: unknown): string {
	const isPlain = ["string", "number", "boolean"].includes(typeof value);
	if (isPlain || (Array.isArray(value) && value.every((item) => typeof item !== "object" && value.length > 0)))
		return `\`${Array.isArray(value) ? `[${value.join(", ")}]` : value}\``;
	return "";
}
