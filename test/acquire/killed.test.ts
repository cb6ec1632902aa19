import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve, startOrigin } from "./origin.ts";
import { content, fetchContent, openStore, SIZE, sha256 } from "./workbench.ts";

const downloader = fileURLToPath(new URL("downloader.ts", import.meta.url));

test("a process that is killed in the middle of a download costs only what was on the wire", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', pauseMs: 5 }));
	await using home = await openStore();
	const child = spawn(process.execPath, [downloader, home.folder, sha256, origin.url], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = once(child, "exit");
	for await (const line of child.stdout.setEncoding("utf8"))
		if (Number.parseInt(line, 10) > SIZE / 2) child.kill("SIGKILL");
	assert.deepEqual(await ended, [null, "SIGKILL"]);
	const keptBytes = await home.store.partialBytes(sha256);
	assert.ok(keptBytes > SIZE / 2);
	origin.behave = serve(content, { etag: '"v1"' });
	const outcome = await fetchContent(home.store, origin.url);
	// How much was on the wire is the kernel's affair; of what was kept nothing is fetched again.
	assert.equal(outcome.kind === "acquired" && outcome.originBytes, SIZE - keptBytes);
});
