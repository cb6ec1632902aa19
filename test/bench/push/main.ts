// npm run bench:push -- [--machines 200] [--parallel 32] [--only NAME,...] [--job nothing|install] [--cpu-prof FOLDER] [--json] [--out FILE]
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "../../lab/arguments.ts";
import type { Figure } from "../figures.ts";
import { onFootprint } from "../on-footprint.ts";
import { publish } from "../publish.ts";
import { CONTENDERS, type Contender, JOBS, type JobName } from "./contenders.ts";
import { metered } from "./metered.ts";
import { showResults } from "./show-results.ts";
import { type Sshds, sshdsObstacle, startSshds } from "./sshds.ts";

const AT_MOST_CPU_MS = 10;
const SLACK = 1.05;

const log = (line: string) => process.stderr.write(`${line}\n`);
const { values: options } = parseArgs({
	options: {
		machines: { type: "string", default: "200" },
		parallel: { type: "string", default: "32" },
		only: { type: "string" },
		job: { type: "string" },
		"cpu-prof": { type: "string" },
		json: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-push.json") },
	},
});
const machines = wholeNumber("--machines", options.machines, { min: 1, max: 1000 });
const parallel = wholeNumber("--parallel", options.parallel, { min: 1, max: 200 });

export interface Result {
	readonly job: JobName;
	readonly name: string;
	readonly wallSeconds: number;
	/** Of the client and all that it started, for each machine. */
	readonly clientCpuMs: number;
	/** Without the start of the program; null: the program does not tell. */
	readonly runningCpuMs: number | null;
	/** Of the machines' sshd and of what ran there, for each machine. */
	readonly machineCpuMs: number;
}

async function race(
	sshds: Sshds,
	{ contender, job, signal }: { contender: Contender; job: JobName; signal: AbortSignal },
): Promise<Result> {
	await sshds.wipe();
	const folder = join(sshds.hosts, `../client-${job}-${contender.name.replaceAll(" ", "")}`);
	const of = { fleet: sshds, job, parallel, folder, cpuProf: options["cpu-prof"] ?? null };
	const before = sshds.cpuSeconds();
	const { wallSeconds, cpuSeconds, code, output } = await metered(contender.argv(of), {
		folder,
		env: contender.env?.(of) ?? {},
		signal,
	});
	if (code !== 0) throw new Error(`${contender.name}, ${job}: exit ${code}: ${output.slice(-1_000)}`);
	const without = sshds.machines.filter(
		(each) => job === "install" && !existsSync(join(each.folder, "home/installed")),
	);
	if (without.length > 0) throw new Error(`${contender.name} left ${without.length} machines without the package`);
	const told = join(folder, "told.json");
	const own = existsSync(told) ? (JSON.parse(await readFile(told, "utf8")) as { cpuSeconds: number }) : null;
	const each = (seconds: number) => (seconds * 1000) / machines;
	const result = {
		job,
		name: contender.name,
		wallSeconds,
		clientCpuMs: each(cpuSeconds),
		runningCpuMs: own && each(own.cpuSeconds),
		machineCpuMs: each(sshds.cpuSeconds() - before),
	};
	log(JSON.stringify(result));
	return result;
}

/** Fleetseed's figures, beside the best of the others in the same run. */
function figuresOf(job: JobName, results: readonly Result[]): readonly Figure[] {
	const ours = results.find(({ name }) => name === "fleetseed");
	if (!ours) return [];
	const others = results.filter(({ name }) => name !== "fleetseed");
	const best = Math.min(...others.map(({ wallSeconds }) => wallSeconds));
	const what = `fleetseed, ${job === "nothing" ? "a job that does nothing" : "detect, deliver, install, verify"}`;
	const promise = (atMost: number) => (job === "nothing" ? { atMost } : {});
	return [
		{
			what: `${what}: client CPU for each machine`,
			value: ours.runningCpuMs ?? ours.clientCpuMs,
			unit: "ms",
			...promise(AT_MOST_CPU_MS),
		},
		...(others.length === 0
			? []
			: [
					{
						what: `${what}: wall time, beside the best of the others`,
						value: ours.wallSeconds / best,
						unit: "x" as const,
						...promise(SLACK),
					},
				]),
	];
}

process.exit(
	await onFootprint(async (footprint, signal) => {
		const obstacle = sshdsObstacle();
		if (obstacle !== null) throw new Error(obstacle);
		const asked = CONTENDERS.filter(({ name }) => options.only === undefined || options.only.split(",").includes(name));
		const missing = asked.filter(({ needs }) => needs !== null && !existsSync(needs[1]));
		for (const { name, needs } of missing) log(`${name} takes no part: apt-get install ${needs?.[0]}`);
		const jobs = JOBS.filter((job) => options.job === undefined || options.job === job);
		log(`starting ${machines} sshds ...`);
		const sshds = await startSshds(footprint, machines, signal);
		const { cpuSeconds: _, wipe: __, ...fleet } = sshds;
		await writeFile(join(sshds.hosts, "../fleet.json"), JSON.stringify(fleet), { mode: 0o600 });
		const results: Result[] = [];
		for (const job of jobs)
			for (const contender of asked)
				if (!missing.includes(contender)) results.push(await race(sshds, { contender, job, signal }));
		const figures = jobs.flatMap((job) =>
			figuresOf(
				job,
				results.filter((each) => each.job === job),
			),
		);
		const { json, out, ...settings } = options;
		const more = { settings, results, missing: missing.map(({ name }) => name) };
		return publish({ benchmark: "push", figures, more, show: () => showResults(results) }, { json, out });
	}),
);
