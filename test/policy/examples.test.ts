import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { describeProblem, type Problem } from "../../src/policy/document.ts";
import { inventoryDocument, parseInventory } from "../../src/policy/parse-inventory.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { parseSettings, settingsDocument } from "../../src/policy/parse-settings.ts";
import { policyJsonSchema } from "../../src/policy/policy-schema.ts";
import { type JsonSchema, keysOf } from "../../src/policy/schema-keys.ts";

const policies = [
	"policies/office-suite.yaml",
	"policies/hello-script.yaml",
	"policies/tools-archive.yaml",
	"policies/kernel-reboot.yaml",
	"policies/laptops.yaml",
	"policies/retired-tool.yaml",
	"policies/tills-windows.yaml",
];

interface Format {
	readonly files: readonly string[];
	readonly schema: JsonSchema;
	readonly parse: (text: string, file: string) => object;
}

const input = { io: "input" } as const;
const formats: Readonly<Record<string, Format>> = {
	policy: { files: policies, schema: policyJsonSchema(), parse: parsePolicy },
	inventory: {
		files: ["inventory.yaml"],
		schema: z.toJSONSchema(inventoryDocument, input) as JsonSchema,
		parse: parseInventory,
	},
	configuration: {
		files: ["fleetseed.yaml"],
		schema: z.toJSONSchema(settingsDocument, input) as JsonSchema,
		parse: parseSettings,
	},
};

function read(file: string): string {
	return readFileSync(join(import.meta.dirname, "../../config", file), "utf8");
}

for (const [name, { files, schema, parse: parseFormat }] of Object.entries(formats)) {
	for (const file of files) {
		test(`config/${file} is a valid ${name}`, () => {
			const parsed = parseFormat(read(file), file) as { readonly problems?: readonly Problem[] };
			assert.deepEqual(parsed.problems?.map(describeProblem), undefined);
		});

		test(`the schema knows every key of config/${file}`, () => {
			const known = new Set(keysOf(schema).map(({ path }) => path));
			const written = writtenPaths(parse(read(file)), schema).filter((path) => !path.includes("x-"));
			assert.deepEqual(
				written.filter((path) => !known.has(path)),
				[],
			);
		});
	}

	test(`config shows every key of the ${name}`, () => {
		const written = new Set(files.flatMap((file) => writtenPaths(parse(read(file)), schema)));
		const commented = new Set(files.flatMap((file) => [...read(file).matchAll(/# ([a-z_]+):/g)].map(([, key]) => key)));
		// A ring's targets have the keys of the policy's own.
		const isSame = (path: string) => written.has(path.replace("rollout.rings[].targets.", "targets."));
		const isShown = (path: string) => isSame(path) || commented.has(path.split(".").at(-1));
		const missing = keysOf(schema).filter(({ path }) => !isShown(path));
		assert.deepEqual(missing, []);
	});

	test(`every key of the ${name}'s schema is described`, () => {
		const bare = keysOf(schema).filter(({ description }) => !description);
		assert.deepEqual(bare, []);
	});
}

test("the JSON schema refuses unknown keys at every level, but for x-", () => {
	const mappings = JSON.stringify(policyJsonSchema()).match(/"properties":/g)?.length ?? 0;
	const refusals = JSON.stringify(policyJsonSchema()).match(/"additionalProperties":false/g)?.length;
	assert.ok(mappings > 10);
	assert.equal(refusals, mappings);
});

/** `packages[].source.url` for every key of a value; keys of free maps, such as env, are not the schema's. */
function writtenPaths(value: unknown, schema: JsonSchema): readonly string[] {
	const withKeys = new Set(keysOf(schema).map(({ path }) => path.replace(/(^|\.)[^.]*$/, "")));
	const walk = (inner: unknown, path: string): readonly string[] => {
		if (Array.isArray(inner)) return inner.flatMap((item) => walk(item, `${path}[]`));
		if (typeof inner !== "object" || inner === null || !withKeys.has(path)) return [];
		return Object.entries(inner).flatMap(([key, item]) => {
			const at = path === "" ? key : `${path}.${key}`;
			return [at, ...walk(item, at)];
		});
	};
	return walk(value, "");
}
