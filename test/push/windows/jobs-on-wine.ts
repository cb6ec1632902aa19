import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { link, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { callBatch } from "../../../src/agent/windows/batch.ts";
import { nodeFor } from "../../../src/packaging/helper/runtime.ts";
import { makeNsis } from "../../fleet/windows/packages.ts";
import { exitOf } from "../lab.ts";
import { codeOf } from "../reboot-lab.ts";
import { until } from "../until.ts";
import type { Course } from "./course.ts";
import { CACHE, WIN_X64 } from "./lab.ts";
import { PAYLOADS } from "./payloads.ts";

/** What is delivered and run, and what is not. */
export function jobsOnWine({ lab, specOf, taskOf, deliver, see, install, drive }: Course): void {
	test("a package that was changed on the machine is not opened", async () => {
		const content = await makeNsis(['FileOpen $0 "C:\\opened" w', "FileClose $0"]);
		const task = taskOf(
			specOf(
				content,
				String.raw`type: nsis
detection: [{ type: file, path: 'C:\opened' }]
`,
			),
		);
		assert.equal((await deliver(task, content)).kind, "delivered");
		await writeFile(join(lab().machine.state, "packages", task.spec.sha256), "something else");
		const { outcome } = await lab().pusher.install(lab().target, task, lab().signal);
		assert.equal(codeOf(outcome), "FS-INSTALL-DIGEST");
		assert.equal(existsSync(drive("opened")), false);
		assert.equal((await see(task)).isStaged, false);
	});

	test("what arrives broken is refused, and removed", async () => {
		const content = Buffer.from("a package");
		const task = taskOf(
			specOf(
				content,
				String.raw`type: batch
detection: [{ type: file, path: 'C:\never' }]
`,
			),
		);
		assert.equal(codeOf(await deliver(task, Buffer.from("b package"))), "FS-DELIVER-FAILED");
		assert.equal((await see(task)).isStaged, false);
		const { outcome } = await lab().pusher.install(lab().target, task, lab().signal);
		assert.equal(codeOf(outcome), "FS-DELIVER-FAILED");
	});

	test("a job outlives its connection, runs once, and an older attempt does not start after it", async () => {
		const content = Buffer.from("@echo begun>>C:\\begun\r\n:wait\r\n@if not exist C:\\go goto wait\r\n@exit /b 5\r\n");
		const yaml = String.raw`type: batch
detection: [{ type: file, path: 'C:\begun' }]
`;
		const [older, task] = [taskOf(specOf(content, yaml)), taskOf(specOf(content, yaml))];
		assert.equal((await deliver(task, content)).kind, "delivered");
		const installing = lab().pusher.install(lab().target, task, lab().signal);
		await until(() => existsSync(drive("begun")));
		lab().machine.dropConnections();
		assert.match(codeOf((await installing).outcome), /^FS-SSH-/);
		const seen = await see(task);
		assert.deepEqual([seen.job.kind, seen.verdict], ["running", "verified"]);
		await writeFile(drive("go"), "");
		const { outcome } = await lab().pusher.install(lab().target, task, lab().signal);
		assert.equal(exitOf(outcome), 5);
		assert.equal(await readFile(drive("begun"), "utf8"), "begun\r\n");
		const late = await lab().pusher.install(lab().target, older, lab().signal);
		assert.equal(codeOf(late.outcome), "FS-INSTALL-FENCED");
	});

	test("an installer that does not end is stopped, and one that floods keeps both ends", async () => {
		const detection = String.raw`detection: [{ type: file, path: 'C:\never' }]`;
		const endless = Buffer.from("@echo waits\r\n:wait\r\n@goto wait\r\n");
		const stopped = await install(endless, `type: batch\ninstall: { timeout: 5s }\n${detection}\n`);
		assert.equal(codeOf(stopped as never), "FS-INSTALL-TIMEOUT");
		assert.equal(stopped.said, "waits\r\n");
		const flood = Buffer.from(`@echo first\r\n@for /l %%i in (1,1,3000) do @echo ${"x".repeat(250)}\r\n@echo last\r\n`);
		const flooded = await install(flood, `type: batch\n${detection}\n`);
		assert.equal(flooded.totalBytes, 7 + 3000 * 252 + 6);
		assert.ok(flooded.said.startsWith("first\r\n") && flooded.said.endsWith("\r\nlast\r\n"));
		assert.equal(flooded.said.length, 2 * 262_144);
	});

	test("arguments reach programs and batch files as they are, whatever is in them, and nothing of them is run", async () => {
		await link(await nodeFor(WIN_X64, CACHE), drive("node.exe"));
		await writeFile(
			drive("told.js"),
			'require("fs").writeFileSync(process.argv[2], JSON.stringify(process.argv.slice(3)));\n',
		);
		const detection = String.raw`detection: [{ type: file, path: 'C:\told.json' }]`;
		const told = async () => JSON.parse(await readFile(drive("told.json"), "utf8")) as readonly string[];
		const written = (words: readonly string[]) => JSON.stringify(words);
		const words = ["C:\\told.js", "C:\\told.json", ...PAYLOADS];
		const exe = await install(
			Buffer.from("nothing"),
			`type: exe\ninstall: { command: 'C:\\node.exe', arguments: ${written(words)} }\n${detection}\n`,
		);
		assert.equal(exe.exitClass, "success", exe.said);
		assert.deepEqual(await told(), PAYLOADS);
		// wine's cmd looks for variables in what %* became, which that of Windows does not.
		const ours = PAYLOADS.filter((word) => /^[ -$&-~]*$/.test(word)).slice(0, 100);
		const batch = Buffer.from("@C:\\node.exe C:\\told.js C:\\told.json %*\r\n");
		const done = await install(batch, `type: batch\ninstall: { arguments: ${written(ours)} }\n${detection}\n`);
		assert.equal(done.exitClass, "success", done.said);
		assert.deepEqual(await told(), ours);
		// It also reads batch files in the code page of DOS, whatever chcp says.
		const ascii = PAYLOADS.filter((word) => /^[ -~]*$/.test(word));
		for (let at = 0; at < ascii.length; at += 100) {
			const some = ascii.slice(at, at + 100);
			await writeFile(drive("run.cmd"), callBatch("C:\\node.exe", ["C:\\told.js", "C:\\told.json", ...some]));
			assert.equal(await lab().machine.run("cmd.exe", "/d", "/c", "C:\\run.cmd"), 0);
			assert.deepEqual(await told(), some);
		}
		assert.equal(existsSync(drive("canary")), false);
	});
}
