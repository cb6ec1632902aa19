import assert from "node:assert/strict";
import { test } from "node:test";
import { policyJsonSchema } from "../../src/policy/policy-schema.ts";
import { type JsonSchema, keysOf } from "../../src/policy/schema-keys.ts";

test("of a rule that has kinds each key is told once, with what it means for each kind", () => {
	const keys = keysOf(policyJsonSchema() as JsonSchema);
	assert.equal(new Set(keys.map(({ path }) => path)).size, keys.length);
	const told = (name: string) => keys.find(({ path }) => path === `packages[].detection[].${name}`)?.description ?? "";
	for (const kind of ["package", "file", "registry", "msi", "script"])
		assert.match(told("type"), new RegExp(`\\b${kind}: `));
	assert.match(told("version"), /package: Its version.* file: Windows: the version.* msi: Its ProductVersion/);
	assert.match(told("product_code"), /^msi: /);
});
