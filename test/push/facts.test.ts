import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseMachineFacts } from "../../src/push/parse-machine-facts.ts";
import { barePath } from "./bare-path.ts";
import { lab, putProgram, taskOf } from "./lab.ts";

/** Programs of this host, which the machine has, too. */
const present = (...names: readonly string[]) =>
	names.filter((name) => (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, name))));

const ASKED = { machine: "mill-03", policy: "office" };

/** A Debian machine of 64 bits with 5 GiB free, whatever this host is. */
async function debian(t: Parameters<typeof lab>[0], env: Readonly<Record<string, string>> = {}) {
	const room = await lab(t, { env });
	const { folder, pusher, target, signal } = room;
	await putProgram(folder, "uname", "echo x86_64");
	await putProgram(folder, "dpkg", 'test "$*" = --print-architecture && echo amd64');
	await putProgram(
		folder,
		"df",
		'echo "$*" > "$HOME/asked"; printf "Filesystem 1024-blocks Used Available\\n/dev/sda 9 1 5242880 3%% /\\n"',
	);
	await putProgram(folder, "getent", "echo root:x:0:0:root:/root:/bin/bash");
	const read = async () => {
		const { outcome } = await pusher.readFacts(target, ASKED, signal);
		assert.ok(outcome.kind === "facts_read", JSON.stringify(outcome));
		return outcome.machine;
	};
	return { ...room, read };
}

test("reads what a machine is, in one round trip", async (t) => {
	const { machine, read } = await debian(t);
	assert.deepEqual(await read(), {
		os: "linux",
		distribution: "debian",
		osVersion: "12",
		arch: "amd64",
		diskFreeBytes: 5 * 2 ** 30,
		memoryBytes: totalmem(),
		bootId: machine.bootId,
		isRebootNeeded: false,
		users: 0,
		diskBytes: 9 * 1024,
		init: "systemd",
		shell: "/bin/bash",
		machineId: machine.machineId,
		packageManagers: present("apt-get", "dpkg", "rpm", "dnf", "yum", "zypper", "apk", "pacman").map((name) =>
			name.replace("apt-get", "apt"),
		),
		deliveryTools: present("curl", "wget", "aria2c", "fleetseed-agent"),
		userNames: [],
	});
	assert.equal(machine.scripts, 1);
});

test("an inspection reads it too, in the same round trip", async (t) => {
	const { machine, pusher, target, signal, read } = await debian(t);
	const { outcome } = await pusher.inspect(target, taskOf(), signal);
	assert.equal(machine.scripts, 1);
	assert.ok(outcome.kind === "inspected");
	assert.deepEqual(outcome.machine, await read());
});

test("counts people, and not the logins without a terminal, as ours is", async (t) => {
	const { machine, folder, read } = await debian(t);
	await machine.logIn("anna", "béla");
	await appendFile(join(folder, "root/users"), "root     sshd         2026-11-23 08:00\n");
	await appendFile(join(folder, "root/users"), "cili     sshd pts/0   2026-11-23 08:00 (10.0.4.9)\n");
	const { users, userNames } = await read();
	assert.deepEqual([users, userNames], [3, ["anna", "cili"]], "a name that is none is not passed on");
});

test("hears of a reboot that the machine needs, from Debian's mark, from rpm's tools and by a newer kernel", async (t) => {
	const { folder, read } = await debian(t, { PATH: barePath(t) });
	const needed = async () => (await read()).isRebootNeeded;
	await writeFile(join(folder, "root/run/reboot-required"), "");
	assert.equal(await needed(), true);
	await rm(join(folder, "root/run/reboot-required"));
	await putProgram(folder, "needs-restarting", 'test "$*" = -r && echo "Reboot is required" && exit 1');
	assert.equal(await needed(), true);
	await putProgram(folder, "needs-restarting", "echo no need; exit 0");
	assert.equal(await needed(), false);
	await putProgram(folder, "needs-restarting", "echo Traceback >&2; exit 1");
	assert.equal(await needed(), false);
	await rm(join(folder, "bin/needs-restarting"));
	await putProgram(folder, "dnf", 'test "$*" = "-q needs-restarting -r" && echo "Reboot is required" && exit 1');
	assert.equal(await needed(), true);
	await rm(join(folder, "bin/dnf"));
	await putProgram(folder, "zypper", 'test "$*" = "--non-interactive needs-rebooting" && exit 102');
	assert.equal(await needed(), true);
	await putProgram(folder, "zypper", "exit 0");
	assert.equal(await needed(), false);
	await mkdir(join(folder, "root/boot"));
	await writeFile(join(folder, "root/boot/vmlinuz-6.1.0-9-amd64"), "");
	assert.equal(await needed(), true, "a kernel that came since the boot");
});

test("reads what its interface with the default route can, if that says so", async (t) => {
	const { folder, read } = await debian(t);
	const own = join(folder, "root");
	await mkdir(join(own, "proc/net"), { recursive: true });
	await mkdir(join(own, "sys/class/net/lan0"), { recursive: true });
	await writeFile(
		join(own, "proc/net/route"),
		"Iface\tDestination\tGateway\nwifi0\t0000FEA9\t00000000\nlan0\t00000000\t0104000A\n",
	);
	for (const [speed, expected] of [
		["1000\n", 125_000_000],
		["-1\n", undefined],
		["fast\n", undefined],
		["", undefined],
	] as const) {
		await writeFile(join(own, "sys/class/net/lan0/speed"), speed);
		assert.equal((await read()).linkBytesPerSecond, expected, speed);
	}
});

test("takes the shell that sshd or sudo names, and asks for it where neither does", async (t) => {
	assert.equal((await (await debian(t)).read()).shell, "/bin/bash");
	assert.equal((await (await debian(t, { SHELL: "/bin/zsh" })).read()).shell, "/bin/zsh");
});

test("measures room where packages are staged, or will be", async (t) => {
	const { folder, state, read } = await debian(t);
	await read();
	assert.equal(await readFile(join(folder, "asked"), "utf8"), `-Pk ${folder}\n`);
	await mkdir(state);
	await read();
	assert.equal(await readFile(join(folder, "asked"), "utf8"), `-Pk ${state}\n`);
});

test("names an architecture as Debian does where there is no dpkg", async (t) => {
	const { folder, read } = await debian(t);
	await putProgram(folder, "dpkg", "exit 127");
	for (const [kernel, name] of [
		["x86_64", "amd64"],
		["aarch64", "arm64"],
		["i686", "i386"],
		["armv7l", "armhf"],
		["riscv64", "riscv64"],
	]) {
		await putProgram(folder, "uname", `echo ${kernel}`);
		assert.equal((await read()).arch, name);
	}
});

test("reads os-release as data, with whatever quotes", async (t) => {
	const { folder, read } = await debian(t);
	for (const [text, distribution, osVersion] of [
		["ID='rocky'\nVERSION_ID='9.3'\n", "rocky", "9.3"],
		['VERSION_ID="15.5"\nID="opensuse-leap"', "opensuse-leap", "15.5"],
		["ID=arch\n", "arch", ""],
		["MY_ID=no\n ID=no\n#ID=no\nID_LIKE=no\nVERSION_ID=12\n", undefined, "12"],
		["ID=first\nID=last\n", "last", ""],
	] as const) {
		await writeFile(join(folder, "root/etc/os-release"), text);
		const facts = await read();
		assert.deepEqual([facts.distribution, facts.osVersion], [distribution, osVersion], text);
	}
});

test("takes nothing from a hostile os-release, and runs nothing of it", async (t) => {
	const { folder, machine, read } = await debian(t);
	const told = await read();
	const payloads = [
		"$(touch canary)",
		"`touch canary`",
		"; touch canary",
		'"; touch canary; "',
		"debian\x1b[2J",
		"debian\x00",
		"debian\r",
		"\u202enaibed",
		"x".repeat(65),
		"x".repeat(1_000_000),
		"",
		'"debian',
	];
	for (const payload of payloads) {
		const lines = ["touch canary", `ID=${payload}`, `VERSION_ID=${payload}`, "machine users 9", "staged yes"];
		await writeFile(join(folder, "root/etc/os-release"), `${lines.join("\n")}\nmachine boot ${"0".repeat(36)}\n`);
		const { distribution: _, ...rest } = told;
		assert.deepEqual(await read(), { ...rest, osVersion: "" }, JSON.stringify(payload.slice(0, 80)));
	}
	assert.ok(!(await readdir(folder)).includes("canary"));
	assert.equal(machine.scripts, 1 + payloads.length);
});

test("takes no more than one line from a hostile machine id, and only an id", async (t) => {
	const { folder, read } = await debian(t);
	const { machineId: _, ...told } = await read();
	for (const id of [
		"",
		"uninitialized\n",
		`${"0".repeat(32)}\n`,
		"x\nmachine users 9\n",
		"$(touch canary)",
		"f".repeat(33),
	]) {
		await writeFile(join(folder, "root/etc/machine-id"), id);
		assert.deepEqual(await read(), told, id);
	}
	assert.ok(!(await readdir(folder)).includes("canary"));
});

test("a Windows machine's MachineGuid is its machine id, however it is written", () => {
	const facts = { os: "Windows", arch: "amd64", free: 1, memory: 1, boot: randomUUID(), reboot: "no", users: 0 };
	const idOf = (id: string) =>
		parseMachineFacts(Object.entries({ ...facts, id }).map(([name, value]) => `machine ${name} ${value}`))?.machineId;
	const told = "3d1219c7c4c5404aaa1f6d2a48adfda4";
	assert.equal(idOf("3d1219c7-c4c5-404a-aa1f-6d2a48adfda4"), told);
	assert.equal(idOf("3D1219C7-C4C5-404A-AA1F-6D2A48ADFDA4"), told);
	assert.equal(idOf("00000000-0000-0000-0000-000000000000"), undefined);
	assert.equal(idOf(""), undefined);
});

test("a machine without os-release has no distribution", async (t) => {
	const { folder, read } = await debian(t);
	const { distribution: _, ...rest } = await read();
	await rm(join(folder, "root/etc/os-release"));
	assert.deepEqual(await read(), { ...rest, osVersion: "" });
	await mkdir(join(folder, "root/usr/lib"), { recursive: true });
	await writeFile(join(folder, "root/usr/lib/os-release"), "ID=alpine\n");
	assert.equal((await read()).distribution, "alpine");
});

test("an answer that cannot be read is a failure of its own, and takes nothing from an inspection", async (t) => {
	const { folder, pusher, target, signal, read } = await debian(t);
	await read();
	const files = join(folder, "root/proc/sys/kernel");
	for (const [file, text] of [
		[join(folder, "bin/df"), "#!/bin/sh\nexit 1\n"],
		[join(folder, "bin/df"), "#!/bin/sh\nprintf 'head\\na b c -5\\n'\n"],
		[join(folder, "bin/df"), "#!/bin/sh\nprintf 'head\\na b c 99999999999999999999\\n'\n"],
		[join(files, "ostype"), ""],
		[join(files, "ostype"), "Linux\u001b[2J\n"],
		[join(files, "random/boot_id"), "not-a-boot-id\n"],
	] as const) {
		const good = await readFile(file);
		await writeFile(file, text);
		const { outcome } = await pusher.readFacts(target, ASKED, signal);
		const inspected = await pusher.inspect(target, taskOf(), signal);
		await writeFile(file, good);
		assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-FACTS-FAILED", text);
		assert.ok(inspected.outcome.kind === "inspected", text);
		assert.equal(inspected.outcome.machine, undefined);
	}
});
