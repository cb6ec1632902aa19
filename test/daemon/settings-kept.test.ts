import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { changedSinceKept, keepSettings } from "../../src/daemon/settings-kept.ts";
import { parseSettings } from "../../src/policy/parse-settings.ts";

test("what was changed of the settings while no daemon ran is known at the next start", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-settings-"));
	t.after(() => rm(folder, { recursive: true }));
	const settings = (more: string) => {
		const parsed = parseSettings(`version: 1\npolicies: p\nstate: ${folder}\n${more}`, "f");
		assert.ok("settings" in parsed, JSON.stringify(parsed));
		return parsed.settings;
	};
	const strict = settings("approvals: { above_machines: 10, required: 2 }\n");
	assert.deepEqual(await changedSinceKept(strict), [], "nobody knows what was before the first start");
	await keepSettings(strict);
	assert.deepEqual(await changedSinceKept(strict), []);
	const lax = settings("limits: { sessions: 3 }\n");
	assert.deepEqual(await changedSinceKept(lax), [
		{ key: "approvals", effect: "now" },
		{ key: "limits.sessions", effect: "now" },
	]);
	const file = join(folder, "settings-in-force.json");
	assert.equal((await stat(file)).mode & 0o777, 0o600);
	const { approvals: _, ...older } = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
	await writeFile(file, JSON.stringify(older));
	assert.deepEqual(
		await changedSinceKept(lax),
		[{ key: "limits.sessions", effect: "now" }],
		"an older release knew fewer",
	);
	await writeFile(file, (await readFile(file, "utf8")).slice(0, 100));
	assert.deepEqual(await changedSinceKept(lax), [], "a torn file says nothing");
});
