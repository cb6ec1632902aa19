import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { policyEvents, readPolicyFolder } from "../../src/daemon/policy-folder.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";

let folder = "";
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-policies-"));
});
afterEach(() => rm(folder, { recursive: true }));

const policy = (name: string, more = "schedule: now") => `
version: 1
name: ${name}
packages:
  - name: hello
    version: "1"
    type: script
    source: { url: "https://origin.example/hello.sh" }
    checksum: sha256:${"a".repeat(64)}
    detection: [{ type: file, path: /opt/hello }]
targets: { match: "*" }
${more}
`;

async function load(fleet: Fleet): Promise<{ readonly fleet: Fleet; readonly codes: readonly string[] }> {
	const read = await readPolicyFolder(folder);
	return {
		fleet: policyEvents(fleet, read, 1).reduce(applyEvent, fleet),
		codes: read.problems.map(({ code }) => code),
	};
}

const names = (fleet: Fleet) => [...fleet.policies.keys()];

test("a torn file keeps its last good policy live, and takes nothing from the others", async () => {
	await writeFile(join(folder, "a.yaml"), policy("office"));
	const good = await load(EMPTY_FLEET);
	await writeFile(join(folder, "a.yaml"), policy("office").slice(0, 120));
	await writeFile(join(folder, "b.yaml"), policy("mill"));
	const torn = await load(good.fleet);
	assert.ok(torn.codes.length > 0);
	assert.deepEqual(names(torn.fleet), ["office", "mill"]);
	assert.equal(torn.fleet.policies.get("office"), good.fleet.policies.get("office"));
});

for (const [what, more, code] of [
	["a cron line that never fires", 'schedule: { cron: "0 0 31 2 *", time_zone: UTC }', "FS-POLICY-CRON-NEVER"],
	[
		"an empty selection",
		"schedule: now\nrollout: { rings: [{ name: canary, targets: { machines: [] } }, { name: rest }] }",
		"FS-POLICY-SELECTION",
	],
	["an unknown key", "schedule: now\nmaintenence_windows: []", "FS-POLICY-KEY"],
] as const) {
	test(`${what} is refused by its code, and the last good policy stays live`, async () => {
		await writeFile(join(folder, "a.yaml"), policy("office"));
		const good = await load(EMPTY_FLEET);
		await writeFile(join(folder, "a.yaml"), policy("office", more));
		const bad = await load(good.fleet);
		assert.deepEqual(bad.codes, [code]);
		assert.equal(bad.fleet, good.fleet, "nothing changed at all");
	});
}

test("a policy goes when its file goes, and only then", async () => {
	await writeFile(join(folder, "a.yaml"), policy("office"));
	const good = await load(EMPTY_FLEET);
	await rm(join(folder, "a.yaml"));
	assert.deepEqual(names((await load(good.fleet)).fleet), []);
});

test("two files with one policy name are a problem of the second, and the first stays live", async () => {
	await writeFile(join(folder, "a.yaml"), policy("office"));
	await writeFile(join(folder, "b.yaml"), policy("office", 'schedule: { cron: "0 2 * * *", time_zone: UTC }'));
	const { fleet, codes } = await load(EMPTY_FLEET);
	assert.deepEqual(codes, ["FS-POLICY-DUPLICATE"]);
	assert.equal(fleet.policies.get("office")?.policy.schedule.kind, "now");
});
