import assert from "node:assert/strict";
import { test } from "node:test";
import { inject } from "./inject.ts";
import { runIn } from "./shells.ts";

test("nothing that a policy or a machine says is ever taken for code, by any shell", async () => {
	const { canaries, differing, shells, fields } = await inject(60);
	assert.deepEqual(canaries, []);
	assert.deepEqual(differing, []);
	assert.ok(shells.length >= 2 && Object.keys(fields).length >= 8);
});

test("the canary sings where a payload is code", () => {
	const { stdout } = runIn(["dash"], ["-c", "echo $(echo sung)"], {});
	assert.equal(stdout, "sung\n");
});
