// FLEET.json SIZE TOLD: an installer on every machine prints so many bytes, all at once; tells what this process held and what was kept.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackageSpec } from "../../../src/model/policy.ts";
import { script } from "../../../src/push/commands/script.ts";
import type { Failed } from "../../../src/push/failed.ts";
import { Pusher, type Target, type Task } from "../../../src/push/pusher.ts";
import type { Ran } from "../../../src/push/ran.ts";
import type { Session } from "../../../src/push/session.ts";
import { Sessions } from "../../../src/push/sessions.ts";
import type { BenchMachine, Fleet } from "./sshds.ts";

const [fleetFile = "", size = "", told = ""] = process.argv.slice(2);
const fleet = JSON.parse(readFileSync(fleetFile, "utf8")) as Fleet;
const sizeBytes = Number(size);
const KEPT = 256 * 1024;
const [BEGIN, END] = ["the begin\n", "the end\n"];
const signal = new AbortController().signal;

/** Prints exactly so many bytes, of which the first and the last are known. */
const FLOOD = `printf '${BEGIN}'; yes flood | head -c ${sizeBytes - BEGIN.length - END.length}; printf '${END}'`;
const content = `#!/bin/sh\n${FLOOD}\n`;
const sha256 = createHash("sha256").update(content).digest("hex");

function taskOf({ name, folder }: BenchMachine, sha256: string, content: string): Task {
	mkdirSync(join(folder, "state/packages"), { recursive: true });
	writeFileSync(join(folder, "state/packages", sha256), content);
	const spec: PackageSpec = {
		name: "flood",
		version: "1",
		type: "script",
		source: { url: "https://origin.example/flood", mirrors: [] },
		sha256,
		install: { arguments: [], timeoutMs: 3_600_000, env: {} },
		detection: [{ type: "file", path: "~/installed" }],
		returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [] },
		requirements: { os: [], arch: [] },
	};
	const ref = { machine: name, rollout: "flood@12345678/2026-11-23T02:00:00Z", package: sha256, attempt: 1 };
	return { spec, ref };
}

function targetOf({ name, address }: BenchMachine): Target {
	const { port, user, hostKey, privateKey } = fleet;
	return { machine: name, address, port, user, hostKeys: [hostKey], privateKey, connectTimeoutMs: 60_000 };
}

/** All that is kept of each is right; resident memory meanwhile, the most. */
async function flooded(act: (machine: BenchMachine) => Promise<boolean>) {
	let peakBytes = 0;
	const watch = setInterval(() => {
		peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
	}, 50);
	const beganAt = performance.now();
	const right = await Promise.all(fleet.machines.map(act));
	clearInterval(watch);
	return { right: right.filter(Boolean).length, peakBytes, seconds: (performance.now() - beganAt) / 1000 };
}

const pusher = new Pusher({ sessions: fleet.machines.length, seedSeconds: 1 });

async function install(machine: BenchMachine, sha256: string, content: string) {
	const { outcome, output } = await pusher.install(targetOf(machine), taskOf(machine, sha256, content), signal);
	if (outcome.kind !== "exited" || outcome.exitCode !== 0)
		throw new Error(`${machine.name}: ${JSON.stringify(outcome)}`);
	return output;
}

/** The installer's output is kept at the machine; what comes here is the report of it. */
async function floodByInstaller(machine: BenchMachine): Promise<boolean> {
	const output = await install(machine, sha256, content);
	if (!output) return false;
	const { head, tail, totalBytes } = output;
	const isWhole = totalBytes === sizeBytes && head.length === KEPT && tail.length === KEPT;
	return isWhole && head.startsWith(BEGIN) && tail.endsWith(END);
}

/** A machine that answers a command of ours, then a script of ours, with a flood, which would come here as a whole: each is given up, and the machine is asked on. */
async function floodByAnswer(sessions: Sessions, machine: BenchMachine): Promise<boolean> {
	const options = { signal, timeoutMs: 3_600_000, maxOutputBytes: KEPT };
	const codeOf = (ran: Ran | Failed) => (ran.kind === "failed" ? ran.failure.code : ran.exitCode);
	const act = async (session: Session) => [
		codeOf(await session.run(["/bin/sh", "-c", FLOOD], options)),
		codeOf(await session.runScript(script(FLOOD), options)),
		codeOf(await session.runScript(script("exit 3"), options)),
	];
	const codes = await sessions.use(targetOf(machine), signal, act);
	if (!Array.isArray(codes)) throw new Error(`${machine.name}: ${JSON.stringify(codes)}`);
	return codes.join() === "FS-SSH-FLOOD,FS-SSH-FLOOD,3";
}

const calm = "#!/bin/sh\nyes calm | head -c 600000\n";
const calmSha256 = createHash("sha256").update(calm).digest("hex");
const before = await flooded(async (machine) => (await install(machine, calmSha256, calm)) !== undefined);
const byInstaller = await flooded(floodByInstaller);
await pusher.stop();
const sessions = new Sessions({ limit: fleet.machines.length });
const byAnswer = await flooded((machine) => floodByAnswer(sessions, machine));
sessions.stop();
writeFileSync(told, JSON.stringify({ before, byInstaller, byAnswer }));
