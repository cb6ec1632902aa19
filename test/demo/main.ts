import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { renderTotals } from "../../src/console/render.ts";
import { Controller } from "./controller.ts";
import { DemoFleet, type DemoMachine, knownHostsOf } from "./fleet.ts";
import { makeIdentity } from "./identity.ts";
import { Origin } from "./origin.ts";
import { makePackage } from "./package.ts";
import { policyFor } from "./policy.ts";
import { Show } from "./show.ts";

/** `npm run demo`: the whole job on an embedded fleet, on loopback, without root. */
const HELP = "npm run demo -- [--machines 8] [--size-mib 32] [--timeout-seconds 120] [--json]";
const { values } = parseArgs({
	options: {
		machines: { type: "string", default: "8" },
		"size-mib": { type: "string", default: "32" },
		"timeout-seconds": { type: "string", default: "120" },
		json: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
const count = Number(values.machines);
if (values.help || !Number.isInteger(count) || count < 3 || count > 100) {
	process.stderr.write(`${HELP}\n`);
	process.exit(values.help ? 0 : 2);
}

const interrupted = new AbortController();
// A terminal's Ctrl-C comes twice, from it and from npm: the tear-down must survive the second one.
for (const signal of ["SIGINT", "SIGTERM"] as const)
	process.on(signal, () => interrupted.abort(new Error("interrupted; the demo cleans up")));

const folder = await mkdtemp(join(tmpdir(), "fleetseed-demo-"));
const fleet = new DemoFleet();
const controller = new Controller(folder);
const show = new Show();
let origin: Origin | null = null;
let report: StatusReport | null = null;
const startedAt = performance.now();
try {
	say(`making a package of ${values["size-mib"]} MiB and starting ${count} machines on loopback`);
	const identity = await makeIdentity(folder);
	const made = await makePackage(folder, Number(values["size-mib"]) * 2 ** 20);
	origin = new Origin(made.file);
	const url = await origin.start();
	await fleet.start({ folder: join(folder, "machines"), names: names(count), publicKey: identity.publicKey });
	const [byHand, ...inAdvance] = fleet.machines;
	if (!byHand) throw new Error("no machine started");
	const canaries = fleet.machines.slice(0, 2).map(({ name }) => name);
	const policy = policyFor(fleet.machines, made, url, {
		rings: [{ name: "canary", targets: { machines: canaries } }],
	});
	await controller.configure({ policy, knownHosts: knownHostsOf(inAdvance), identityFile: identity.file });
	say("starting the daemon");
	controller.start();
	await approveByHand(byHand);
	say(
		`it downloads the package once; ${canaries.join(" and ")} get it first, then the other ${count - 2}, from each other, too`,
	);
	report = await untilDone(count);
} catch (error) {
	say(error instanceof Error ? error.message : String(error));
	process.exitCode = 1;
} finally {
	show.end(report);
	await controller.stop();
	await fleet.stop();
	origin?.stop();
	await rm(folder, { recursive: true, force: true });
}
conclude(report);

/** Names of this run alone: another demo on the same loopback must not be taken for this one. */
function names(many: number): readonly string[] {
	const run = randomBytes(2).toString("hex");
	return Array.from({ length: many }, (_, index) => `mill-${String(index + 1).padStart(2, "0")}-${run}`);
}

/** One machine is approved as an administrator does it: by its fingerprint, read from the machine itself. */
async function approveByHand({ name, hostKey }: DemoMachine): Promise<void> {
	await until("the daemon finds the first machine", async () => {
		const status = await controller.status();
		return status?.machines.some((machine) => machine.name === name) ?? false;
	});
	say(`fleetseed machines approve ${name} --fingerprint ${hostKey.fingerprint}`);
	await controller.command("machines", "approve", name, "--fingerprint", hostKey.fingerprint);
}

async function untilDone(many: number): Promise<StatusReport | null> {
	let last: StatusReport | null = null;
	await until(`${many} machines are installed`, async () => {
		last = (await controller.status()) ?? last;
		if (last) show.draw(last);
		return last !== null && last.totals.installed + last.totals.failed === many;
	});
	return last;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + Number(values["timeout-seconds"]) * 1000;
	while (!(await holds())) {
		if (performance.now() > deadline) throw new Error(`gave up waiting until ${what}`);
		interrupted.signal.throwIfAborted();
		await wait(250);
	}
}

function conclude(last: StatusReport | null): void {
	if (!last || !origin) return;
	const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
	const result = { ...last.totals, origin_bytes: origin.sentBytes, seconds };
	if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
	else process.stdout.write(`${renderTotals(result)}\ndone in ${seconds} s\n`);
	const isOnce = result.origin_bytes === result.package_bytes;
	process.exitCode =
		result.installed === count && isOnce && result.controller_uplink_bytes <= 3 * result.package_bytes ? 0 : 1;
}

function say(line: string): void {
	process.stderr.write(`${line}\n`);
}
