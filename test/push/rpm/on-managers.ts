import assert from "node:assert/strict";
import { test } from "node:test";
import { exitOf } from "../lab.ts";
import { rpmMachine } from "./rpm-machine.ts";

/** dnf waits for a lock by itself, and names the process; zypper waits as long as it is told to. */
const WAITS = {
	dnf: { while: "test -s /var/lib/dnf/rpmdb_lock.pid", says: /Waiting for process with pid \d+ to finish/ },
	zypper: { while: "test -s /run/zypp.pid", says: null },
} as const;

for (const manager of ["dnf", "zypper"] as const) {
	test(`real ${manager}: installs with what it depends on, upgrades, keeps what is newer, goes back when told to, and removes`, async (t) => {
		const { install, taskFor, versionOf, factsOf } = await rpmMachine(t, manager);
		assert.deepEqual((await factsOf()).packageManagers, ["rpm", manager]);
		assert.equal((await factsOf()).isRebootNeeded, false);
		assert.equal(exitOf((await install(await taskFor("1.0", { requires: "library" }))).outcome), 0);
		assert.deepEqual([await versionOf("tool"), await versionOf("library")], ["1.0-1", "1.0-1"]);
		assert.equal(exitOf((await install(await taskFor("2.0"))).outcome), 0);
		assert.equal(await versionOf("tool"), "2.0-1");
		const older = await install(await taskFor("1.5"));
		assert.equal(exitOf(older.outcome), 1);
		assert.match(older.said, /a newer version is there, and stays: tool-2\.0-1/);
		assert.equal(await versionOf("tool"), "2.0-1");
		const back = await install({ ...(await taskFor("1.4")), mayDowngrade: true });
		assert.equal(exitOf(back.outcome), 0, back.said);
		assert.equal(await versionOf("tool"), "1.4-1");
		const gone = await taskFor("1.4");
		const removed = await install({ ...gone, spec: { ...gone.spec, state: "absent", sha256: "" } });
		assert.equal(exitOf(removed.outcome), 0, removed.said);
		assert.deepEqual([await versionOf("tool"), await versionOf("library")], [null, "1.0-1"]);
	});

	test(`real ${manager}: a %pre that fails and a dependency that is nowhere are failures, and what was there stays`, async (t) => {
		const { install, taskFor, versionOf } = await rpmMachine(t, manager);
		assert.equal(exitOf((await install(await taskFor("1.0"))).outcome), 0);
		const refused = await install(await taskFor("3.0", { pre: "echo no room for it; exit 1" }));
		assert.equal(exitOf(refused.outcome), { dnf: 1, zypper: 8 }[manager]);
		assert.match(refused.said, /no room for it[\s\S]*scriptlet failed/);
		const unmet = await install(await taskFor("4.0", { requires: "nowhere" }));
		assert.equal(exitOf(unmet.outcome), { dnf: 1, zypper: 4 }[manager]);
		assert.match(unmet.said, /nothing provides nowhere/);
		assert.equal(await versionOf("tool"), "1.0-1");
	});

	test(`real ${manager}: waits while another one installs, and goes on`, async (t) => {
		const { install, taskFor, versionOf, shell, build } = await rpmMachine(t, manager);
		const file = await build("other", "1.0", { pre: "touch /run/busy; while [ -e /run/busy ]; do sleep 0.1; done" });
		await shell(
			`setsid ${manager === "dnf" ? "dnf -y" : "zypper -n"} install ${manager === "dnf" ? "" : "--allow-unsigned-rpm "}${file} </dev/null >/dev/null 2>&1 &`,
		);
		await shell("while [ ! -e /run/busy ]; do sleep 0.1; done");
		await shell(WAITS[manager].while);
		const installing = install(await taskFor("1.0"));
		await shell(`while ! pgrep -f ${manager}.*/var/lib/fleetseed/packages/; do sleep 0.1; done; sleep 2; rm /run/busy`);
		const { outcome, said } = await installing;
		assert.equal(exitOf(outcome), 0, said);
		if (WAITS[manager].says) assert.match(said, WAITS[manager].says);
		assert.deepEqual([await versionOf("tool"), await versionOf("other")], ["1.0-1", "1.0-1"]);
	});
}

test("real zypper: a lock that is held for longer than it may wait is busy, and says who holds it", async (t) => {
	const { install, taskFor, shell, build } = await rpmMachine(t, "zypper");
	const file = await build("other", "1.0", { pre: "touch /run/busy; while [ -e /run/busy ]; do sleep 0.1; done" });
	await shell(`setsid zypper -n install --allow-unsigned-rpm ${file} </dev/null >/dev/null 2>&1 &`);
	await shell("while [ ! -e /run/busy ]; do sleep 0.1; done");
	const task = await taskFor("1.0");
	const install1 = { ...task.spec.install, env: { ZYPP_LOCK_TIMEOUT: "1" } };
	const { outcome, said } = await install({ ...task, spec: { ...task.spec, install: install1 } });
	await shell("rm /run/busy");
	assert.ok(outcome.kind === "failed" && outcome.failure.code === "FS-INSTALL-BUSY", said);
	assert.match(outcome.failure.detail, /process \d+ \(.*zypper.*\) holds the lock/);
});
