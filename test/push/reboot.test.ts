import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Outcome } from "../../src/model/event.ts";
import { requestReboot } from "../../src/push/commands/request-reboot.ts";
import { Pusher } from "../../src/push/pusher.ts";
import { Session } from "../../src/push/session.ts";
import { putProgram, taskOf } from "./lab.ts";
import { codeOf, never, ROLLOUT, rebootLab, requests } from "./reboot-lab.ts";
import { until } from "./until.ts";

test("reboots a machine, and proves it by the boot id", async (t) => {
	const { machine, bootId, reboot, folder } = await rebootLab(t);
	assert.deepEqual(await reboot(), { kind: "rebooted", bootId: machine.bootId });
	assert.notEqual(machine.bootId, bootId);
	assert.equal(machine.boots, 2);
	const message = `-r now fleetseed: this machine restarts now, as the rollout ${ROLLOUT} asks`;
	assert.deepEqual(await requests(folder), [message]);
});

test("leaves a machine alone that has rebooted since", async (t) => {
	const { machine, reboot, folder } = await rebootLab(t);
	await machine.reboot();
	assert.deepEqual(await reboot(), { kind: "rebooted", bootId: machine.bootId });
	assert.equal(machine.boots, 2);
	assert.deepEqual(await requests(folder), []);
});

test("waits while the machine is away, and no old connection is used again", async (t) => {
	const back = Promise.withResolvers<void>();
	const { machine, pusher, target, reboot, signal } = await rebootLab(t, { whileDown: () => back.promise });
	assert.equal((await pusher.inspect(target, taskOf(), signal)).outcome.kind, "inspected");
	const rebooting = reboot();
	await until(async () => codeOf((await pusher.inspect(target, taskOf(), signal)).outcome) === "FS-SSH-REFUSED");
	back.resolve();
	assert.equal((await rebooting).kind, "rebooted");
	assert.equal((await pusher.inspect(target, taskOf(), signal)).outcome.kind, "inspected");
	assert.equal(machine.boots, 2);
});

test("a connection that dies under the request is no error", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await putProgram(folder, "shutdown", `mkdir "$HOME/root/going-down" && exec sleep 20`);
	assert.equal((await reboot()).kind, "rebooted");
	assert.equal(machine.boots, 2);
});

test("a request that was lost on its way is made again", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	const once = `mkdir "$HOME/lost" 2>/dev/null && { touch "$HOME/asked"; exec sleep 20; }; mkdir "$HOME/root/going-down"`;
	await putProgram(folder, "shutdown", once);
	const rebooting = reboot();
	await until(async () => (await readdir(folder)).includes("asked"));
	machine.dropConnections();
	assert.equal((await rebooting).kind, "rebooted");
	assert.equal(machine.boots, 2);
});

test("does not ask once its window has closed, and says so", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	assert.deepEqual(await reboot({ askWithinMs: 0 }), {
		kind: "failed",
		failure: { code: "FS-REBOOT-LATE", detail: "mill-03: the window closed before it was asked" },
	});
	assert.deepEqual(await requests(folder), []);
	assert.equal(machine.boots, 1);
});

test("what was asked for in time is seen to its end after the window has closed", async (t) => {
	const { machine, reboot } = await rebootLab(t);
	assert.equal((await reboot()).kind, "rebooted");
	assert.equal((await reboot({ askWithinMs: 0 })).kind, "rebooted");
	assert.equal(machine.boots, 2);
});

test("spares who is logged in, if the policy says so and the step does not overrule it", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await machine.logIn("anna", "béla");
	const spared = await reboot({ skipIfUsers: true });
	assert.deepEqual(spared, {
		kind: "failed",
		failure: { code: "FS-REBOOT-USERS", detail: "mill-03: 2 logged in" },
	});
	assert.deepEqual(await requests(folder), []);
	assert.equal((await reboot({ skipIfUsers: true, honoursUsers: false })).kind, "rebooted");
	assert.equal(machine.boots, 2);
});

test("asks nobody whether users are logged in where the policy does not care", async (t) => {
	const { machine, reboot } = await rebootLab(t);
	await machine.logIn("anna");
	assert.equal((await reboot({ skipIfUsers: false })).kind, "rebooted");
});

test("falls back to systemctl, then to reboot", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await putProgram(folder, "shutdown", "exit 1");
	await putProgram(folder, "systemctl", 'echo "systemctl $*" >> "$HOME/tried"; echo running; exit 1');
	await putProgram(folder, "reboot", 'echo "reboot $*" >> "$HOME/tried"; mkdir "$HOME/root/going-down"');
	assert.equal((await reboot()).kind, "rebooted");
	assert.equal(machine.boots, 2);
	const tried = await readFile(join(folder, "tried"), "utf8");
	assert.equal(tried, "systemctl is-system-running\nsystemctl reboot\nreboot \n");
});

test("says what a machine says that refuses", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await putProgram(folder, "shutdown", "echo 'Access denied: $(touch canary)' >&2; exit 1");
	await putProgram(folder, "systemctl", "exit 1");
	await putProgram(folder, "reboot", "echo 'must be superuser' >&2; exit 1");
	assert.deepEqual(await reboot(), {
		kind: "failed",
		failure: { code: "FS-REBOOT-REFUSED", detail: "mill-03: Access denied: $(touch canary)" },
	});
	assert.equal(machine.boots, 1);
	assert.ok(!(await readdir(folder)).includes("canary"));
});

test("a machine that comes back with another host key is told at once, and gets no login", async (t) => {
	const room = await rebootLab(t, { whileDown: async () => room.machine.changeHostKey() });
	const { machine, reboot } = room;
	const attempts = () => machine.authenticationAttempts;
	const before = attempts();
	const outcome = await reboot();
	assert.ok(outcome.kind === "failed");
	assert.equal(outcome.failure.code, "FS-SSH-HOSTKEY");
	assert.deepEqual(outcome.sawHostKey, machine.hostKey);
	assert.ok(attempts() - before <= 2, "only the boot that ended was logged in to");
});

test("runs the policy's test until it passes", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	const testCommand = `echo "it's run" >> runs; test "$(wc -l < runs)" -ge 3`;
	assert.equal((await reboot({ testCommand })).kind, "rebooted");
	assert.equal(await readFile(join(folder, "runs"), "utf8"), "it's run\n".repeat(3));
	assert.equal(machine.boots, 2);
});

test("killed in the middle and asked again, it reboots once", async (t) => {
	const back = Promise.withResolvers<void>();
	const { machine, folder, target, reboot } = await rebootLab(t, { whileDown: () => back.promise });
	for (const moment of ["shutdowns", "gone"]) {
		const killed = new AbortController();
		const first = reboot({ signal: killed.signal });
		if (moment === "shutdowns") await until(async () => (await requests(folder)).length === 1);
		else await until(async () => codeOf(await reboot()) === "FS-SSH-REFUSED");
		killed.abort();
		assert.equal(codeOf(await first).slice(0, 7), "FS-SSH-");
	}
	back.resolve();
	const again = new Pusher({ sessions: 1, seedSeconds: 1, pauses: { firstMs: 10, longestMs: 50, goingDownMs: 500 } });
	t.after(() => again.stop());
	await until(async () => codeOf(await again.scanHostKey(target, t.signal).then(asOutcome)) === "recorded");
	assert.deepEqual(await reboot({ by: again }), { kind: "rebooted", bootId: machine.bootId });
	assert.deepEqual(await reboot({ by: again }), { kind: "rebooted", bootId: machine.bootId });
	assert.equal(machine.boots, 2);
	assert.equal((await requests(folder)).length, 1);
});

function asOutcome(scanned: { readonly kind: string }): Outcome {
	if (scanned.kind === "host_key") return { kind: "recorded" };
	return { kind: "failed", failure: { code: "FS-SSH-REFUSED", detail: "" } };
}

test("asked again while the machine is going down, it does not ask the machine again", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await putProgram(folder, "shutdown", 'touch "$HOME/root/stopping"; echo asked >> "$HOME/root/shutdowns"');
	await putProgram(folder, "systemctl", 'if [ -e "$HOME/root/stopping" ]; then echo stopping; else echo running; fi');
	const killed = new AbortController();
	const first = reboot({ signal: killed.signal });
	await until(async () => (await requests(folder)).length === 1);
	killed.abort();
	assert.equal(codeOf(await first), "FS-SSH-LOST");
	const connections = machine.connections;
	const second = reboot();
	await until(() => machine.connections > connections + 2);
	await machine.reboot();
	assert.deepEqual(await second, { kind: "rebooted", bootId: machine.bootId });
	assert.deepEqual(await requests(folder), ["asked"]);
});

test("a machine that rebooted in the very moment of the request is left alone", async (t) => {
	const { target, folder, signal } = await rebootLab(t);
	const session = await Session.connect(target, signal);
	assert.ok(session instanceof Session);
	const argv = requestReboot({ bootId: randomUUID(), sparesUsers: false, message: "" });
	const ran = await session.run(argv, { timeoutMs: 5_000, maxOutputBytes: 64, signal });
	assert.equal(ran.kind === "ran" && ran.stdout.toString("utf8"), "booted\n");
	assert.deepEqual(await requests(folder), []);
	session.stop();
});

test("a machine that is out of reach was asked for nothing: the failure of contact stands", async (t) => {
	const { machine, folder, reboot } = await rebootLab(t);
	await machine.unlisten();
	assert.equal(codeOf(await reboot()), "FS-SSH-REFUSED");
	await machine.start();
	await rm(join(folder, "root/proc"), { recursive: true });
	assert.equal(codeOf(await reboot()), "FS-REBOOT-REFUSED");
});

test("ends at once when it is stopped", async (t) => {
	const { machine, pusher, reboot } = await rebootLab(t, { whileDown: never });
	const rebooting = reboot();
	await until(() => machine.connections > 0 && !machine.isListening);
	await pusher.stop();
	assert.equal(codeOf(await rebooting), "FS-SSH-LOST");
});
