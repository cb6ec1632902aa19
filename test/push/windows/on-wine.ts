import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { link, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { callBatch } from "../../../src/agent/windows/batch.ts";
import type { MachineFacts } from "../../../src/model/facts.ts";
import type { PackageSpec } from "../../../src/model/policy.ts";
import { nodeFor } from "../../../src/packaging/helper/runtime.ts";
import { classifyExit } from "../../../src/plan/outcome-class.ts";
import { verdict } from "../../../src/plan/verdict.ts";
import { parsePolicy } from "../../../src/policy/parse-policy.ts";
import type { Task } from "../../../src/push/pusher.ts";
import type { Delivery } from "../../../src/push/task.ts";
import { makeMsi, makeNsis, newProductCode } from "../../fleet/windows/packages.ts";
import { lacksWine } from "../../fleet/windows/wine.ts";
import { exitOf, NO_LIMITS } from "../lab.ts";
import { codeOf } from "../reboot-lab.ts";
import { sha256Of } from "../stage.ts";
import { until } from "../until.ts";
import { CACHE, WIN_X64, type WindowsLab, windowsLab } from "./lab.ts";
import { PAYLOADS } from "./payloads.ts";

const lacking = lacksWine();

describe("a Windows machine, with wine's cmd.exe and msiexec", { skip: lacking ?? false }, () => {
	let lab: WindowsLab;
	let attempt = 1;

	before(async () => {
		lab = await windowsLab();
	});
	after(() => lab.stop());

	/** A package as a policy's text has it. */
	function specOf(content: Uint8Array, yaml: string): PackageSpec {
		const lines = `name: till\nversion: "1.2.0"\nchecksum: sha256:${sha256Of(content)}\nsource: { url: file:///till }\n${yaml}`;
		const text = `version: 1\nname: tills\npackages:\n  - ${lines.trim().replaceAll("\n", "\n    ")}\ntargets: { match: "*" }\nrollout: { rings: [{ name: all }] }\nschedule: now\n`;
		const parsed = parsePolicy(text, "tills.yaml");
		assert.ok("policy" in parsed, JSON.stringify(parsed));
		return parsed.policy.packages[0] as PackageSpec;
	}

	/** Another attempt each time. */
	function taskOf(spec: PackageSpec): Task {
		const rollout = "tills@12345678/2026-11-23T02:00:00Z";
		return { spec, ref: { machine: "till-07", rollout, package: spec.name, attempt: attempt++ } };
	}

	async function deliver(task: Task, content: Uint8Array) {
		const delivery: Delivery = {
			methods: ["sftp"],
			sizeBytes: content.length,
			stallMs: 30_000,
			torrent: async () => Buffer.alloc(0),
			url: async () => "",
			rates: () => NO_LIMITS,
			read: (from) => Readable.from([Buffer.from(content).subarray(from)]),
			helperFor: async () => null,
			onChosen: async () => undefined,
		};
		return (await lab.pusher.deliver(lab.target, task, delivery, lab.signal)).outcome;
	}

	async function see(task: Task) {
		const { outcome } = await lab.pusher.inspect(lab.target, task, lab.signal);
		assert.ok(outcome.kind === "inspected", JSON.stringify(outcome));
		return { verdict: verdict(task.spec, outcome.facts.observations), ...outcome.facts, machine: outcome.machine };
	}

	async function install(content: Uint8Array, yaml: string) {
		const task = taskOf(specOf(content, yaml));
		assert.equal((await deliver(task, content)).kind, "delivered");
		const pushed = await lab.pusher.install(lab.target, task, lab.signal);
		const { outcome } = pushed;
		const exitClass = outcome.kind === "exited" ? classifyExit(task.spec.returnCodes, outcome.exitCode) : null;
		const said = (pushed.output?.head ?? "") + (pushed.output?.tail ?? "");
		return { task, exitClass, said, totalBytes: pushed.output?.totalBytes, ...outcome };
	}

	const drive = (path: string) => join(lab.machine.drive, path);
	const msi = (productCode: string, version: string) =>
		`type: msi\ndetection: [{ type: msi, product_code: "${productCode}", version: "${version}" }]\n`;

	const first = newProductCode();

	test("an msi is installed by its policy, silently, and detection finds the product", async () => {
		const content = await makeMsi({ version: "1.2.0", productCode: first, content: "one" });
		const yaml = `${msi(first, "1.2.0")}install: { arguments: ['SITE=Győr & %PATH%'] }\n`;
		const task = taskOf(specOf(content, yaml));
		assert.equal((await see(task)).verdict, "differs");
		const { exitClass, said, task: done } = await install(content, yaml);
		assert.equal(exitClass, "success", said);
		const seen = await see(done);
		assert.equal(seen.verdict, "verified");
		assert.deepEqual(seen.job, { kind: "exited", exitCode: 0 });
		assert.equal(await readFile(drive("Program Files/Till/till.txt"), "utf8"), "one");
		const site = String.raw`type: msi
detection: [{ type: registry, key: HKLM\SOFTWARE\Example\Till, value: Site, data: 'Győr & %PATH%' }]
`;
		assert.equal((await see(taskOf(specOf(content, site)))).verdict, "verified", "msiexec read the property as it was");
	});

	test("what is there already is seen before anything is sent, and its msi says so too", async () => {
		const content = await makeMsi({ version: "1.2.0", productCode: first, content: "one" });
		const task = taskOf(specOf(content, msi(first, "1.2.0")));
		assert.equal((await see(task)).verdict, "verified");
	});

	test("another version of a product is 1638, which detection judges; REINSTALLMODE brings it over the old one", async () => {
		const content = await makeMsi({ version: "1.2.1", productCode: first, content: "two" });
		const plain = await install(content, msi(first, "1.2.1"));
		assert.deepEqual([plain.kind === "exited" && plain.exitCode, plain.exitClass], [1638, "success"], plain.said);
		assert.equal((await see(plain.task)).verdict, "differs");
		const yaml = `${msi(first, "1.2.1")}install: { arguments: [REINSTALL=ALL, REINSTALLMODE=vomus] }\n`;
		const again = await install(content, yaml);
		assert.equal(again.exitClass, "success", again.said);
		assert.equal((await see(again.task)).verdict, "verified");
	});

	test("an upgrade that needs a reboot ends with 3010, which the policy takes for a soft reboot, and takes the old product away", async () => {
		const second = newProductCode();
		const content = await makeMsi({ version: "1.3.0", productCode: second, content: "three", needsReboot: true });
		const done = await install(content, msi(second, "1.3.0"));
		assert.deepEqual([done.kind === "exited" && done.exitCode, done.exitClass], [3010, "soft_reboot"], done.said);
		const seen = await see(done.task);
		assert.equal(seen.verdict, "verified");
		assert.equal(done.kind === "exited" && done.bootId, seen.machine?.bootId, "the boot that must end");
		assert.equal((await see(taskOf(specOf(content, msi(first, "1.2.1"))))).verdict, "differs");
		assert.equal(await readFile(drive("Program Files/Till/till.txt"), "utf8"), "three");
	});

	test("an installer of NSIS is silent, takes its folder last and bare, and is found in the registry", async () => {
		const content = await makeNsis([
			"SetOutPath $INSTDIR",
			'FileOpen $0 "$INSTDIR\\said.txt" w',
			'FileWrite $0 "$CMDLINE"',
			"FileClose $0",
			'WriteRegStr HKLM "SOFTWARE\\Example\\Scanner" "Version" "2.0"',
		]);
		const yaml = String.raw`type: nsis
install: { arguments: ['/D=C:\Our Scanner'] }
detection: [{ type: registry, key: HKLM\SOFTWARE\Example\Scanner, value: Version, data: "2.0" }]
`;
		const done = await install(content, yaml);
		assert.equal(done.exitClass, "success", done.said);
		assert.equal((await see(done.task)).verdict, "verified");
		assert.match(await readFile(drive("Our Scanner/said.txt"), "utf8"), / \/S\s*$/);
	});

	test("exit codes are those that the program gave, of 32 bits", async () => {
		const detection = String.raw`detection: [{ type: file, path: 'C:\never' }]`;
		for (const [given, code, exitClass] of [
			["1618", 1618, "retry"],
			["1641", 1641, "hard_reboot"],
			["-1073741819", 0xc0000005, "failed"],
		] as const) {
			const content = await makeNsis([`SetErrorLevel ${given}`]);
			const done = await install(content, `type: exe\ninstall: { arguments: [/S] }\n${detection}\n`);
			assert.deepEqual([done.kind === "exited" && done.exitCode, done.exitClass], [code, exitClass], given);
		}
	});

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
		await writeFile(join(lab.machine.state, "packages", task.spec.sha256), "something else");
		const { outcome } = await lab.pusher.install(lab.target, task, lab.signal);
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
		const { outcome } = await lab.pusher.install(lab.target, task, lab.signal);
		assert.equal(codeOf(outcome), "FS-DELIVER-FAILED");
	});

	test("a job outlives its connection, runs once, and an older attempt does not start after it", async () => {
		const content = Buffer.from("@echo begun>>C:\\begun\r\n:wait\r\n@if not exist C:\\go goto wait\r\n@exit /b 5\r\n");
		const yaml = String.raw`type: batch
detection: [{ type: file, path: 'C:\begun' }]
`;
		const [older, task] = [taskOf(specOf(content, yaml)), taskOf(specOf(content, yaml))];
		assert.equal((await deliver(task, content)).kind, "delivered");
		const installing = lab.pusher.install(lab.target, task, lab.signal);
		await until(() => existsSync(drive("begun")));
		lab.machine.dropConnections();
		assert.match(codeOf((await installing).outcome), /^FS-SSH-/);
		const seen = await see(task);
		assert.deepEqual([seen.job.kind, seen.verdict], ["running", "verified"]);
		await writeFile(drive("go"), "");
		const { outcome } = await lab.pusher.install(lab.target, task, lab.signal);
		assert.equal(exitOf(outcome), 5);
		assert.equal(await readFile(drive("begun"), "utf8"), "begun\r\n");
		const late = await lab.pusher.install(lab.target, older, lab.signal);
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
			assert.equal(await lab.machine.run("cmd.exe", "/d", "/c", "C:\\run.cmd"), 0);
			assert.deepEqual(await told(), some);
		}
		assert.equal(existsSync(drive("canary")), false);
	});

	test("its facts are numbers and names of Windows' own, and change with what happens to it", async () => {
		const read = async (): Promise<MachineFacts> => {
			const { outcome } = await lab.pusher.readFacts(lab.target, { machine: "till-07", policy: "tills" }, lab.signal);
			assert.ok(outcome.kind === "facts_read", JSON.stringify(outcome));
			return outcome.machine;
		};
		const before = await read();
		assert.deepEqual(
			[before.os, before.osVersion, before.arch, before.users, before.isRebootNeeded],
			["windows", "10.0.18362", "amd64", 0, false],
		);
		assert.ok(before.memoryBytes > 2 ** 28 && before.diskFreeBytes > 2 ** 20);
		const cbs = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending";
		assert.equal(await lab.machine.run("reg.exe", "add", cbs, "/f"), 0);
		await lab.machine.run(
			"reg.exe",
			"add",
			"HKCU\\Volatile Environment\\1",
			"/v",
			"SESSIONNAME",
			"/d",
			"Console",
			"/f",
		);
		const after = await read();
		assert.deepEqual([after.users, after.isRebootNeeded, after.bootId], [1, true, before.bootId]);
	});

	test("no shell is given anything to read but a path and two words", () => {
		for (const command of lab.machine.commands) assert.match(command, /^[A-Za-z0-9\\-]+\.exe( [A-Za-z0-9\\.-]+){1,2}$/);
	});

	test("a reboot is asked for with its reason, and proven by another boot id", async () => {
		const { machine: before } = await see(taskOf(specOf(Buffer.from("x"), msi(first, "1.2.0"))));
		assert.ok(before);
		const concurrency = { kind: "absolute", value: 1 } as const;
		const step = {
			kind: "reboot",
			machine: "till-07",
			rollout: "tills@12345678/2026-11-23T02:00:00Z",
			attempt: 1,
			bootId: before.bootId,
			deadline: Date.now() + 120_000,
			askUntil: Date.now() + 60_000,
			honoursUsers: true,
		} as const;
		const ask = (skipIfUsers: boolean) => {
			const reboot = { policy: "if_needed", concurrency, timeoutMs: 120_000, skipIfUsers } as const;
			return lab.pusher.reboot(lab.target, { step, reboot, now: Date.now }, lab.signal);
		};
		assert.equal(codeOf((await ask(true)).outcome), "FS-REBOOT-USERS");
		const { outcome } = await ask(false);
		assert.equal(outcome.kind, "rebooted", JSON.stringify(outcome));
		assert.match(lab.machine.shutdowns[0] ?? "", / \/r \/t 5 \/d p:4:2 \/c "fleetseed: /);
		const { machine: now } = await see(taskOf(specOf(Buffer.from("x"), msi(first, "1.2.0"))));
		assert.notEqual(now?.bootId, before.bootId);
	});
});
