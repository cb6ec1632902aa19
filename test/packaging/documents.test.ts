import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { stageDocuments } from "../../src/packaging/deb/documents.ts";

test("what one page of the package names beside it is in the package", async (t) => {
	const root = await mkdtemp(join(tmpdir(), "fleetseed-documents-"));
	t.after(() => rm(root, { recursive: true }));
	await stageDocuments(root, { version: "1.2.3", description: "d", epoch: 0 });
	const folder = join(root, "usr/share/doc/fleetseed");
	const links = globSync("**/*.md", { cwd: folder }).flatMap((page) =>
		[...readFileSync(join(folder, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
			([, target = ""]) => [page, target] as const,
		),
	);
	assert.ok(links.length >= 8, `${links.length} links`);
	const broken = links.filter(([page, target]) => !existsSync(join(folder, dirname(page), target)));
	assert.deepEqual(broken, []);
});
