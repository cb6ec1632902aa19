import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { describeProblem } from "../../src/policy/document.ts";
import { parseInventory } from "../../src/policy/parse-inventory.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { parseSettings } from "../../src/policy/parse-settings.ts";
import { policyText, problemsOf } from "./read.ts";

const KIB_256 = 256 * 1024;

test("refuses a text of more than 256 KiB, counted in bytes", () => {
	const filled = (character: string) => `${policyText()}\n#${character.repeat(150_000)}`;
	assert.deepEqual(problemsOf(filled("e")), []);
	assert.equal(problemsOf(filled("\u00e9"))[0]?.code, "FS-POLICY-SIZE");
	assert.equal(problemsOf("e".repeat(2 ** 26))[0]?.code, "FS-POLICY-SIZE");
});

test("refuses a text of another encoding by its place, instead of taking other letters for it", () => {
	const text = `${policyText()}\n# G\u00e9p`;
	assert.deepEqual(problemsOf(text), []);
	const latin = Buffer.from(text, "latin1").toString("utf8");
	const lines = text.split("\n").length;
	assert.match(
		describeProblem(problemsOf(latin)[0] as never),
		new RegExp(`:${lines}:4: expected text in UTF-8, got .*iconv`),
	);
	for (const [encoded, count] of [
		[Buffer.from(text, "utf16le").toString("utf8"), 1],
		[`\ufeff${text}`, 0],
	] as const)
		assert.equal(problemsOf(encoded).length, count);
});

const nestings: Readonly<Record<string, (depth: number) => string>> = {
	"flow lists": (depth) => `x-a: ${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`,
	"flow mappings": (depth) => `x-a: ${"{a: ".repeat(depth - 1)}1${"}".repeat(depth - 1)}`,
	"unclosed brackets": (depth) => "[".repeat(depth),
	"indented mappings": (depth) => Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}x-a:\n`).join(""),
	"mappings on one line": (depth) => `${"a: ".repeat(depth)}b`,
	"mappings on one line in brackets": (depth) => `[${"a: ".repeat(depth - 1)}b]`,
	"pairs in lists": (depth) => `${"[a: ".repeat(depth / 2)}${depth % 2 ? "[" : ""}`,
	"lists on one line": (depth) => `${"- ".repeat(depth)}b`,
	"explicit keys": (depth) => `${"? ".repeat(depth)}b`,
};

for (const [kind, nested] of Object.entries(nestings)) {
	test(`takes 64 levels of ${kind} and refuses 65`, () => {
		const isTooDeep = (depth: number) => problemsOf(nested(depth)).some(({ code }) => code === "FS-POLICY-DEPTH");
		assert.deepEqual([64, 65].map(isTooDeep), [false, true]);
	});

	test(`refuses 256 KiB of ${kind} without descending into them`, { timeout: 2000 }, () => {
		const longest = nested(500).length > 3000 ? nested(700) : nested(70_000).slice(0, KIB_256);
		assert.equal(problemsOf(longest)[0]?.code, "FS-POLICY-DEPTH");
	});
}

test("does not take brackets in strings, comments and scripts for nesting", () => {
	const many = "[{".repeat(100);
	const text = `${policyText()}\n# ${many}`;
	assert.deepEqual(problemsOf(text), []);
	assert.deepEqual(problemsOf(policyText({ description: many })), []);
});

test("judges 256 KiB of distinct keys in seconds, not in the minute that yaml's own comparison takes", {
	timeout: 15_000,
}, () => {
	const keys = Array.from({ length: 30_000 }, (_, index) => `k${index}:\n`).join("");
	assert.equal(keys.length < KIB_256, true);
	assert.equal(problemsOf(keys).filter(({ code }) => code === "FS-POLICY-KEY").length, 30_000);
});

test("refuses aliases that multiply", () => {
	const letters = "abcdefghij".split("");
	const lines = letters.map((letter, index) => {
		const items =
			index === 0
				? "x, x, x, x, x, x, x, x, x"
				: Array(9)
						.fill(`*${letters[index - 1]}`)
						.join(", ");
		return `x-${letter}: &${letter} [${items}]\n`;
	});
	assert.equal(problemsOf(lines.join(""))[0]?.expected, "aliases that together repeat little");
});

test("refuses more aliases than it can resolve in time", () => {
	const items = Array.from({ length: 101 }, (_, index) => `- &a${index} x\n- *a${index}\n`);
	assert.deepEqual(
		problemsOf(items.slice(1).join("")).map(({ expected }) => expected),
		["a mapping"],
	);
	assert.deepEqual(
		problemsOf(items.join("")).map(({ expected }) => expected),
		["at most 100 aliases"],
	);
});

const crowds: Readonly<Record<string, string>> = {
	"list entries": `packages: [{return_codes: {retry: [${"a,".repeat(130_000)}]}}]`,
	"list entries that aliases repeat": `x-a: &a [${"1,".repeat(10_000)}]\nx-b: [*a, *a, *a]`,
};

for (const [kind, text] of Object.entries(crowds)) {
	test(`refuses more than 32,768 ${kind}`, { timeout: 10_000 }, () => {
		assert.deepEqual(
			problemsOf(text).map(({ code }) => code),
			["FS-POLICY-SIZE"],
		);
	});
}

test("names each of 130,000 keys that stand twice", { timeout: 20_000 }, () => {
	assert.equal(problemsOf(`{${"a,".repeat(130_000)}}`).length, 129_999);
});

test("takes an alias of a mapping", () => {
	const text = policyText().slice(0, -1);
	assert.deepEqual(
		problemsOf(`${text}, "x-all": &all {"match": "*"}, "rollout": {"rings": [{"name": a, "targets": *all}]}}`),
		[],
	);
});

test("takes anchors and aliases, and places a problem at the anchor's value", () => {
	const text = policyText().slice(0, -1);
	const aliased = `${text}, "x-zone": &zone Mars/Olympus, "maintenance_windows": [{"name": a, "start_time": "02:00", "duration": 1h, "time_zone": *zone}]}`;
	const [problem, ...others] = problemsOf(aliased);
	assert.deepEqual(others, []);
	assert.equal(problem?.code, "FS-POLICY-ZONE");
	assert.equal(problem?.column, aliased.indexOf("Mars") + 1);
});

test("prints the problem that the style guide shows", () => {
	const problem = {
		code: "FS-POLICY-RANGE",
		file: "policies/office.yaml",
		line: 14,
		column: 11,
		path: "rollout.rings[1].target_percentage",
		expected: "1-100",
		saw: '"25 %"',
	} as const;
	const sentence =
		'policies/office.yaml:14:11 rollout.rings[1].target_percentage: expected 1-100, got "25 %" (FS-POLICY-RANGE)';
	assert.equal(describeProblem(problem), sentence);
});

const example = readFileSync(join(import.meta.dirname, "../../config/policies/office-suite.yaml"), "utf8");
const snippets = fc.constantFrom(
	...["[", "]", "{", "}", ":", "- ", "? ", "\n", "\t", "  ", "&a ", "*a", "!!str ", "%", "|", ">", '"', "'", "#", "\0"],
	...[
		"null",
		"~",
		"{}",
		"[]",
		"-1",
		"1e99",
		".nan",
		"__proto__",
		"x-a",
		"---\n",
		"\u202e",
		"\ud800",
		"<<: ",
		"targets",
	],
);
const mutation = fc.record({
	at: fc.nat({ max: example.length }),
	removed: fc.nat({ max: 30 }),
	put: fc.oneof(snippets, fc.string({ maxLength: 8, unit: "binary" })),
});

function mutate(text: string, { at, removed, put }: { at: number; removed: number; put: string }): string {
	return text.slice(0, at) + put + text.slice(at + removed);
}

test("never throws on a mutated policy, prints no control character and places each problem in the text", () => {
	const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((list) => list.reduce(mutate, example));
	const parser = fc.constantFrom(parsePolicy, parsePolicy, parseInventory, parseSettings);
	const judge = (text: string, parse: typeof parsePolicy | typeof parseInventory | typeof parseSettings) => {
		const parsed = parse(text, "mutated.yaml");
		if (!("problems" in parsed)) return;
		assert.ok(parsed.problems.length > 0, "a refusal names a problem");
		const lines = text.split("\n").length;
		for (const problem of parsed.problems) {
			assert.doesNotMatch(describeProblem(problem), /[\p{Cc}\p{Cf}\p{Cs}]/u);
			assert.ok(problem.line >= 1 && problem.line <= lines && problem.column >= 1, describeProblem(problem));
		}
	};
	fc.assert(fc.property(mutated, parser, judge), { numRuns: 2000 });
});

test("never throws when any value of a valid policy is replaced by a value of any other kind", () => {
	const whole = JSON.parse(policyText({ rollout: { rings: [{ name: "a" }] }, ssh: {}, maintenance_windows: [{}] }));
	const paths = pathsOf(whole);
	const replaced = fc.tuple(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }));
	const judge = ([path, value]: [readonly string[], unknown]) => {
		const parsed = parsePolicy(JSON.stringify(withValue(whole, path, value)), "replaced.yaml");
		assert.ok("policy" in parsed || parsed.problems.length > 0);
	};
	fc.assert(fc.property(replaced, judge), { numRuns: 3000 });
});

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
	if (typeof value !== "object" || value === null) return [path];
	return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function withValue(whole: unknown, [first, ...others]: readonly string[], value: unknown): unknown {
	if (first === undefined) return value;
	const copy = structuredClone(whole) as Record<string, unknown>;
	copy[first] = withValue(copy[first], others, value);
	return copy;
}

test("an inventory has room for ten thousand machines with their keys, and says so where even that is too little", () => {
	const key = `ssh-ed25519 ${"A".repeat(68)}`;
	const machines = (count: number) =>
		Array.from(
			{ length: count },
			(_, index) =>
				`{ name: mill-${index}, address: 10.0.${index >> 8}.${index & 255}, labels: { site: graz }, host_keys: ${key} }`,
		).join(", ");
	const read = parseInventory(`version: 1\nmachines: [${machines(10_000)}]\n`, "f");
	assert.equal("inventory" in read && read.inventory.machines.length, 10_000);
	const tooLarge = parseInventory(`version: 1\n#${"e".repeat(2 ** 24)}`, "f");
	assert.match(
		describeProblem("problems" in tooLarge ? (tooLarge.problems[0] as never) : ({} as never)),
		/16777216 bytes/,
	);
});

test("of a file that is nothing but mistakes the first are told", () => {
	const read = parseInventory(`version: 1\nmachines: [${"{},".repeat(100_000)}]\n`, "f");
	assert.equal("problems" in read && read.problems.length, 32_768);
});
