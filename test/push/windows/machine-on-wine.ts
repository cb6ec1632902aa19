import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineFacts } from "../../../src/model/facts.ts";
import { newProductCode } from "../../fleet/windows/packages.ts";
import { codeOf } from "../reboot-lab.ts";
import type { Course } from "./course.ts";

/** What the machine is, how it is asked, and its reboot. */
export function machineOnWine({ lab, specOf, taskOf, see, msi }: Course): void {
	test("its facts are numbers and names of Windows' own, and change with what happens to it", async () => {
		const read = async (): Promise<MachineFacts> => {
			const { outcome } = await lab().pusher.readFacts(
				lab().target,
				{ machine: "till-07", policy: "tills" },
				lab().signal,
			);
			assert.ok(outcome.kind === "facts_read", JSON.stringify(outcome));
			return outcome.machine;
		};
		const before = await read();
		assert.deepEqual(
			[before.os, before.osVersion, before.arch, before.users, before.isRebootNeeded],
			["windows", "10.0.18362", "amd64", 0, false],
		);
		assert.match(before.machineId ?? "", /^[0-9a-f]{32}$/, "Windows' own MachineGuid, without its hyphens");
		assert.ok(before.memoryBytes > 2 ** 28 && before.diskFreeBytes > 2 ** 20);
		const cbs = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending";
		assert.equal(await lab().machine.run("reg.exe", "add", cbs, "/f"), 0);
		await lab().machine.run(
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
		for (const command of lab().machine.commands)
			assert.match(command, /^[A-Za-z0-9\\-]+\.exe( [A-Za-z0-9\\.-]+){1,2}$/);
	});

	test("a reboot is asked for with its reason, and proven by another boot id", async () => {
		const { machine: before } = await see(taskOf(specOf(Buffer.from("x"), msi(newProductCode(), "1.2.0"))));
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
			return lab().pusher.reboot(lab().target, { step, reboot, now: Date.now }, lab().signal);
		};
		assert.equal(codeOf((await ask(true)).outcome), "FS-REBOOT-USERS");
		const { outcome } = await ask(false);
		assert.equal(outcome.kind, "rebooted", JSON.stringify(outcome));
		assert.match(lab().machine.shutdowns[0] ?? "", / \/r \/t 5 \/d p:4:2 \/c "fleetseed: /);
		const { machine: now } = await see(taskOf(specOf(Buffer.from("x"), msi(newProductCode(), "1.2.0"))));
		assert.notEqual(now?.bootId, before.bootId);
	});
}
