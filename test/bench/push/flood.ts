// npm run bench:flood -- [--machines 20] [--size 1GiB] [--json] [--out FILE]: what the controller holds while every machine prints that much at once.
import { globSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KEPT_BYTES } from "../../../src/model/job-contract.ts";
import { wholeNumber } from "../../lab/arguments.ts";
import { must } from "../../lab/command.ts";
import type { Figure } from "../figures.ts";
import { onFootprint } from "../on-footprint.ts";
import { publish } from "../publish.ts";
import { sizeOf } from "../swarm/arguments.ts";
import { type BenchMachine, sshdsObstacle, startSshds } from "./sshds.ts";

const AT_MOST_MIB = 64;
const MIB = 2 ** 20;
const TELL_MS = 15_000;
const WITHIN_MS = 3 * 3_600_000;

const { values: options } = parseArgs({
	options: {
		machines: { type: "string", default: "20" },
		size: { type: "string", default: "1GiB" },
		json: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-flood.json") },
	},
});

interface Flooded {
	/** Machines of which all is as it should be. */
	readonly right: number;
	readonly peakBytes: number;
	readonly seconds: number;
}

interface Told {
	/** The same machines, each with an installer that prints 600 kB. */
	readonly before: Flooded;
	readonly byInstaller: Flooded;
	readonly byAnswer: Flooded;
}

function figuresOf({ before, byInstaller, byAnswer }: Told, machines: number): readonly Figure[] {
	const of = (what: string, isRight: string, { right, peakBytes, seconds }: Flooded): readonly Figure[] => [
		{
			what: `${what}: more memory than for 600 kB of each`,
			value: (peakBytes - before.peakBytes) / MIB,
			unit: "MiB",
			atMost: AT_MOST_MIB,
		},
		{ what: `${what}: ${isRight}`, value: right, unit: "machines", atLeast: machines },
		{ what: `${what}: until the last one has ended`, value: seconds, unit: "s" },
	];
	return [
		{ what: "memory for 600 kB of each, the most", value: before.peakBytes / MIB, unit: "MiB" },
		...of("an installer's output", "what was kept is right", byInstaller),
		...of("the answer to a question", "given up, and asked on", byAnswer),
	];
}

/** How far the installers are, by the last chunk of output that each machine has: on stderr, now and then. Answers what ends it. */
function tellProgress(machines: readonly BenchMachine[], sizeBytes: number): () => void {
	const beganAt = performance.now();
	const chunksOf = ({ folder }: BenchMachine) =>
		globSync("state/jobs/*/output.*", { cwd: folder }).map((file) => Number(file.split(".").at(-1)));
	const timer = setInterval(() => {
		const chunks = machines.map((machine) => Math.max(0, ...chunksOf(machine)));
		const printed = (chunks.reduce((sum, each) => sum + each, 0) * KEPT_BYTES) / (machines.length * sizeBytes);
		const seconds = Math.round((performance.now() - beganAt) / 1000);
		process.stderr.write(`after ${seconds} s the installers have printed ${Math.floor(printed * 100)} %\n`);
	}, TELL_MS);
	return () => clearInterval(timer);
}

process.exit(
	await onFootprint(async (footprint, signal) => {
		const obstacle = sshdsObstacle();
		if (obstacle !== null) throw new Error(obstacle);
		const machines = wholeNumber("--machines", options.machines, { min: 1, max: 200 });
		const sshds = await startSshds(footprint, machines, signal);
		const { cpuSeconds: _, wipe: __, ...fleet } = sshds;
		const [fleetFile, told] = [join(footprint.folder, "fleet.json"), join(footprint.folder, "told.json")];
		await writeFile(fleetFile, JSON.stringify(fleet), { mode: 0o600 });
		const client = join(import.meta.dirname, "flood-client.ts");
		const argv = [
			process.execPath,
			"--disable-warning=ExperimentalWarning",
			client,
			fleetFile,
			String(sizeOf(options.size)),
			told,
		];
		const stopTelling = tellProgress(sshds.machines, sizeOf(options.size));
		await must(argv, { timeoutMs: WITHIN_MS, signal }).finally(stopTelling);
		const figures = figuresOf(JSON.parse(await readFile(told, "utf8")), machines);
		const { json, out, ...settings } = options;
		return publish({ benchmark: "flood", figures, more: { settings }, show: () => undefined }, { json, out });
	}),
);
