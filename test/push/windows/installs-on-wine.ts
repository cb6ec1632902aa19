import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { makeMsi, makeNsis, newProductCode } from "../../fleet/windows/packages.ts";
import type { Course } from "./course.ts";

/** Packages of Windows Installer and NSIS, and what their exit codes come to. */
export function installsOnWine({ specOf, taskOf, see, install, drive, msi }: Course): void {
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
}
