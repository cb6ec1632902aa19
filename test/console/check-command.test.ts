import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const PROGRAM = join(import.meta.dirname, "../../src/daemon/main.ts");
const POLICIES = join(import.meta.dirname, "../../config/policies");

function check(...files: readonly string[]) {
	return promisify(execFile)(process.execPath, [PROGRAM, "check", ...files]).then(
		({ stdout }) => ({ code: 0, out: stdout }),
		({ code, stdout }: { code: number; stdout: string }) => ({ code, out: stdout }),
	);
}

test("a file that is not there is named, with what was seen and what to do, beside one that is sound", async () => {
	const missing = join(POLICIES, "missing.yaml");
	const { code, out } = await check(missing, join(POLICIES, "laptops.yaml"));
	assert.equal(code, 2);
	assert.ok(out.startsWith(`${missing}: cannot be read: ENOENT: `), out);
	assert.match(out, /\. Give a file that can be read\.\n$/);
});

test("two policies of one name are a problem, since together only one of them would be in force", async () => {
	const office = join(POLICIES, "office-suite.yaml");
	const { code, out } = await check(join(POLICIES, "laptops.yaml"), office, office);
	assert.equal(code, 1);
	assert.ok(out.startsWith(`${office}:1:1 name: expected a policy name of its own, got "`), out);
	assert.ok(out.endsWith(`, as in ${office} (FS-POLICY-DUPLICATE)\n`), out);
});

test("a sound file is counted", async () => {
	assert.deepEqual(await check(join(POLICIES, "laptops.yaml")), { code: 0, out: "1 file checked, no problems\n" });
});
