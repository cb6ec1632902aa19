import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Figure } from "../bench/figures.ts";
import { noBrowser } from "./browser.ts";

const run = promisify(execFile);

interface Report {
	readonly missed: number;
	readonly figures: readonly (Figure & { readonly isMet: boolean | null })[];
}

/** Shapes, never times: a busy machine must not make a test fail. A promise that is missed makes the exit code 1. */
test("the benchmark of the wall judges frames and errors of both sizes", { skip: noBrowser }, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-bench-"));
	t.after(() => rm(folder, { recursive: true }));
	const out = join(folder, "wall.json");
	const script = fileURLToPath(new URL("wall-bench.ts", import.meta.url));
	const argv = ["--disable-warning=ExperimentalWarning", script, "--seconds", "1", "--json", "--out", out];
	const { code, stdout } = await run(process.execPath, argv).then(
		({ stdout }) => ({ code: 0, stdout }),
		(error: { code: number; stdout: string }) => error,
	);
	assert.equal(await readFile(out, "utf8"), stdout);
	const { figures, missed } = JSON.parse(stdout) as Report;
	const sizes = ["5,000 cells", "10,000 cells"];
	assert.deepEqual(
		figures.map(({ what, atMost }) => [what, atMost]),
		sizes.flatMap((of) => [
			[`between frames, 95 %, ${of}`, 17.5],
			[`between frames, 99 %, ${of}`, 34],
			[`errors in the browser's console, ${of}`, 0],
		]),
	);
	for (const { what, value, unit } of figures) assert.ok(unit === "errors" ? value === 0 : value > 0, what);
	assert.equal(figures.filter(({ isMet }) => isMet === false).length, missed);
	assert.equal(code, missed === 0 ? 0 : 1);
});
