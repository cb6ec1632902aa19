import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { machineFacts } from "../../../src/agent/windows/machine-facts.ts";
import { parseMachineFacts } from "../../../src/push/parse-machine-facts.ts";
import { windowsFolder } from "./windows-folder.ts";

const SID = "S-1-5-21-1-2-3-1001";
const BOOT = "0f8fad5b-d9cb-469f-a165-70867728950e";

/** What reg.exe says to `query KEY` or `query KEY /v NAME`; to anything else that there is no such key. */
async function factsWith(t: TestContext, registry: Readonly<Record<string, string>>) {
	const folder = await windowsFolder(t);
	const cases = Object.entries(registry).map(([asked, said]) => `'${asked}') printf '%s\\r\\n' '' '${said}' ;;`);
	const reg = `#!/bin/sh\nshift\ncase "$*" in\n${cases.join("\n")}\n*) exit 1 ;;\nesac\n`;
	await writeFile(join(folder, "System32", "reg.exe"), reg, { mode: 0o755 });
	return parseMachineFacts((await machineFacts()).split("\n"));
}

const BARE = {
	"HKLM\\HARDWARE\\DESCRIPTION\\System /v FleetseedBootId": `    FleetseedBootId    REG_SZ    ${BOOT}`,
	"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment /v PROCESSOR_ARCHITECTURE":
		"    PROCESSOR_ARCHITECTURE    REG_SZ    AMD64",
};

test("a Windows machine tells its disk, its shell, and who is logged in", async (t) => {
	const facts = await factsWith(t, {
		...BARE,
		"HKLM\\SOFTWARE\\OpenSSH /v DefaultShell":
			"    DefaultShell    REG_SZ    C:\\Program Files\\PowerShell\\7\\pwsh.exe",
		HKU: `HKEY_USERS\\${SID}`,
		[`HKU\\${SID}\\Volatile Environment`]: `HKEY_USERS\\${SID}\\Volatile Environment\\1`,
		[`HKU\\${SID}\\Volatile Environment /v USERNAME`]: "    USERNAME    REG_SZ    anna",
	});
	assert.ok(facts?.diskBytes && facts.diskBytes >= facts.diskFreeBytes);
	const { users, userNames, shell, arch, bootId } = facts;
	assert.deepEqual([users, userNames, arch, bootId], [1, ["anna"], "amd64", BOOT]);
	assert.equal(shell, "C:\\Program Files\\PowerShell\\7\\pwsh.exe");
});

test("a Windows machine on which nobody is logged in tells nobody", async (t) => {
	const facts = await factsWith(t, { ...BARE, HKU: `HKEY_USERS\\${SID}` });
	assert.deepEqual([facts?.users, facts?.userNames], [0, []]);
});
