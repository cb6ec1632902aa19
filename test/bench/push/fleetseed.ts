// FLEET.json nothing|install PARALLEL TOLD: what the daemon's push room does for one job, in a process of its own.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { PackageSpec } from "../../../src/model/policy.ts";
import { Pusher, type Target, type Task } from "../../../src/push/pusher.ts";
import type { Session } from "../../../src/push/session.ts";
import { Sessions } from "../../../src/push/sessions.ts";
import type { Delivery } from "../../../src/push/task.ts";
import type { BenchMachine, Fleet } from "./sshds.ts";

const [fleetFile = "", job = "", parallel = "", told = ""] = process.argv.slice(2);
const fleet = JSON.parse(readFileSync(fleetFile, "utf8")) as Fleet;
const startCpu = process.cpuUsage();
const startedAt = performance.now();
const signal = new AbortController().signal;

const content = Buffer.from('#!/bin/sh\ntouch "$HOME/installed"\n');
const sha256 = createHash("sha256").update(content).digest("hex");
const spec: PackageSpec = {
	name: "tool",
	version: "1",
	type: "script",
	source: { url: "https://origin.example/tool", mirrors: [] },
	sha256,
	install: { arguments: [], timeoutMs: 60_000, env: {} },
	detection: [{ type: "file", path: "~/installed" }],
	returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [] },
	requirements: { os: [], arch: [] },
};
const delivery: Delivery = {
	methods: ["sftp"],
	torrent: async () => content,
	url: async () => "",
	rates: () => ({ up: null, down: null }),
	heardBytes: () => 0,
	read: (offset) => Readable.from([content.subarray(offset)]),
	helperFor: async () => null,
	sizeBytes: content.length,
	onReached: () => undefined,
	onChosen: async () => undefined,
	stallMs: 60_000,
};

function targetOf({ name, address }: BenchMachine): Target {
	const { port, user, hostKey, privateKey } = fleet;
	return { machine: name, address, port, user, hostKeys: [hostKey], privateKey, connectTimeoutMs: 60_000 };
}

async function runNothing(sessions: Sessions, machine: BenchMachine): Promise<void> {
	const act = (session: Session) => session.run(["true"], { signal, timeoutMs: 60_000, maxOutputBytes: 1_000 });
	const ran = await sessions.use(targetOf(machine), signal, act);
	if (ran.kind !== "ran" || ran.exitCode !== 0) throw new Error(`${machine.name}: ${JSON.stringify(ran)}`);
}

async function install(pusher: Pusher, machine: BenchMachine): Promise<void> {
	const target = targetOf(machine);
	const ref = { machine: machine.name, rollout: "bench@12345678/2026-11-23T02:00:00Z", package: "tool", attempt: 1 };
	const task: Task = { spec, ref };
	const isThere = async () => {
		const { outcome } = await pusher.inspect(target, task, signal);
		if (outcome.kind !== "inspected") throw new Error(`${machine.name}: ${JSON.stringify(outcome)}`);
		const [seen] = outcome.facts.observations;
		return seen?.type === "file" && seen.exists;
	};
	if (await isThere()) throw new Error(`${machine.name} has it before it was installed`);
	const delivered = await pusher.deliver(target, task, delivery, signal);
	if (delivered.outcome.kind !== "delivered") throw new Error(`${machine.name}: ${JSON.stringify(delivered.outcome)}`);
	const installed = await pusher.install(target, task, signal);
	if (installed.outcome.kind !== "exited") throw new Error(`${machine.name}: ${JSON.stringify(installed.outcome)}`);
	if (!(await isThere())) throw new Error(`${machine.name} does not have it`);
}

if (job === "install") {
	const pusher = new Pusher({ sessions: Number(parallel), seedSeconds: 1 });
	await Promise.all(fleet.machines.map((machine) => install(pusher, machine)));
	await pusher.stop();
} else {
	const sessions = new Sessions({ limit: Number(parallel) });
	await Promise.all(fleet.machines.map((machine) => runNothing(sessions, machine)));
	sessions.stop();
}
const { user, system } = process.cpuUsage(startCpu);
writeFileSync(
	told,
	JSON.stringify({ cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - startedAt) / 1e3 }),
);
