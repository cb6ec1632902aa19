import assert from "node:assert/strict";
import { test } from "node:test";
import type { PolicyChange } from "../../src/console/policy-reports.ts";
import { CONTROL, commandLine } from "./command-line.ts";
import { REVISION } from "./memory-cockpit.ts";

const line = commandLine();
const { fleetseed } = line;

const change: PolicyChange = {
	policy: "office",
	change: "changed",
	source: "office\u202e.yaml",
	revision_before: "0".repeat(64),
	revision_after: REVISION,
	differences: [{ path: "packages[0].version", before: "1", after: "2", sentence: 'packages[0].version: "1" -> "2"' }],
	effect: "a run begins at once",
};

const SHOWN = `office: changed, revision 00000000 -> 1a2b3c4d (office\\u{202e}.yaml)
  packages[0].version: "1" -> "2"
  a run begins at once
`;

test("reload goes in with who asked, shows what it changed, then the problems, and exits 1 for them", async () => {
	line.cockpit.changes = { ...line.cockpit.changes, policies: [change] };
	const { out, code } = await fleetseed("reload");
	const problem = "office.yaml:3:1 expected a name (FS-POLICY-REQUIRED)\n";
	assert.equal(out, `${SHOWN}${problem}reloaded; what has problems stays as it was\n`);
	assert.equal(code, 1);
	assert.deepEqual(line.cockpit.acts, ["reload by eve"]);
});

test("a reload that changes nothing says only that it was done", async () => {
	line.cockpit.changes = { policies: [], settings: [], problems: [] };
	assert.deepEqual(await fleetseed("reload"), { out: "reloaded\n", err: "", code: 0 });
});

test("diff and reload --dry-run are the same, and change nothing", async () => {
	line.cockpit.changes = { policies: [change], settings: [], problems: [] };
	const diff = await fleetseed("diff");
	assert.equal(diff.out, `${SHOWN}nothing is changed yet; apply it with: fleetseed reload\n`);
	assert.doesNotMatch(diff.out, CONTROL);
	assert.deepEqual(await fleetseed("reload", "--dry-run"), diff);
	assert.deepEqual(line.cockpit.acts, ["diff", "diff"]);
});

test("diff in JSON has the values before and after", async () => {
	line.cockpit.changes = { policies: [change], settings: [], problems: [] };
	const { out } = await fleetseed("diff", "--json");
	assert.deepEqual(JSON.parse(out), line.cockpit.changes);
});
