import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Figure } from "./figures.ts";

const run = promisify(execFile);

interface Report {
	readonly missed: number;
	readonly figures: readonly (Figure & { readonly timesFloor: number | null; readonly isMet: boolean | null })[];
}

/** Shapes, never times: a busy machine must not make a test fail. A promise that is missed makes the exit code 1. */
test("the benchmark of the core measures everything it names, as a table and as JSON", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-bench-"));
	t.after(() => rm(folder, { recursive: true }));
	const out = join(folder, "core.json");
	const script = fileURLToPath(new URL("core.ts", import.meta.url));
	const argv = ["--disable-warning=ExperimentalWarning", script, "--quick", "--json", "--out", out];
	const { stdout } = await run(process.execPath, argv).catch((error: { code: number; stdout: string }) => {
		assert.equal(error.code, 1);
		return error;
	});
	assert.equal(await readFile(out, "utf8"), stdout);
	const { figures, missed } = JSON.parse(stdout) as Report;
	for (const { what, value, timesFloor, floor } of figures) {
		assert.ok(Number.isFinite(value) && value > 0, what);
		if (floor) assert.ok(Number.isFinite(timesFloor) && floor.value > 0, what);
	}
	assert.equal(figures.filter(({ isMet }) => isMet === false).length, missed);
	for (const word of [
		/^decide, median/,
		/^decide, 95 %/,
		/^what follows a decision/,
		/^applyEvent/,
		/^decide grows/,
		/^simulate/,
		/^start from/,
		/^fold of all/,
	])
		assert.ok(
			figures.some(({ what }) => word.test(what)),
			String(word),
		);
});
