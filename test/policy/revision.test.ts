import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECKSUM, packageOf, policyOf, policyText } from "./read.ts";

const plain = policyOf(policyText()).revision;

const sameMeaning: Readonly<Record<string, string>> = {
	"a description": policyText({ description: "for the office" }),
	"a key of the author's own": policyText({ "x-owner": "me" }),
	"a default written out": policyText({ rollout: { max_concurrency: 10, rings: [{ name: "all" }] } }),
	"another unit of the same time": policyText({ packages: [packageOf({ install: { timeout: "1800s" } })] }),
	"a checksum in capitals": policyText({ packages: [packageOf({ checksum: CHECKSUM.replaceAll("ab", "AB") })] }),
	"another order of keys": JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(policyText())).reverse())),
	comments: `# for the office\n${policyText()}\n`,
};

for (const [change, text] of Object.entries(sameMeaning)) {
	test(`gives the same revision with ${change}`, () => assert.equal(policyOf(text).revision, plain));
}

test("gives the same revision whatever the order of a selection", () => {
	const [one, other] = [
		["a", "b"],
		["b", "a", "a"],
	].map((machines) => policyText({ targets: { machines } }));
	assert.equal(policyOf(one ?? "").revision, policyOf(other ?? "").revision);
});

test("gives the same revision whatever the order of the environment", () => {
	const [one, other] = [
		{ A: "1", B: "2" },
		{ B: "2", A: "1" },
	].map((env) => policyText({ packages: [packageOf({ install: { env } })] }));
	assert.notEqual(one, other);
	assert.equal(policyOf(one ?? "").revision, policyOf(other ?? "").revision);
});

const otherMeaning: Readonly<Record<string, string>> = {
	name: policyText({ name: "other" }),
	targets: policyText({ targets: { match: "a*" } }),
	version: policyText({ packages: [packageOf({ version: "1.3" })] }),
	checksum: policyText({ packages: [packageOf({ checksum: `sha256:${"cd".repeat(32)}` })] }),
	"order of packages": policyText({ packages: [packageOf({ name: "b" }), packageOf()] }),
	schedule: policyText({ schedule: { cron: "0 2 * * *", time_zone: "UTC" } }),
	user: policyText({ ssh: { user: "deploy" } }),
};

test("gives each meaning a revision of its own", () => {
	const revisions = [plain, ...Object.values(otherMeaning).map((text) => policyOf(text).revision)];
	assert.equal(new Set(revisions).size, revisions.length);
});
