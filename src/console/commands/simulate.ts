import { readFile, writeFile } from "node:fs/promises";
import { Presets, SingleBar } from "cli-progress";
import type { Command } from "commander";
import type { Policy } from "../../model/policy.ts";
import { describeProblem, type Problem } from "../../policy/document.ts";
import { duration, moment } from "../../policy/fields.ts";
import { type Inventory, parseInventory } from "../../policy/parse-inventory.ts";
import { parsePolicy } from "../../policy/parse-policy.ts";
import { modelFleet } from "../../simulate/model-fleet.ts";
import { simulate } from "../../simulate/simulate.ts";
import type { Outage, Scenario } from "../../simulate/simulation.ts";
import type { Timeline } from "../../simulate/timeline.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { renderTimeline } from "../render-timeline.ts";
import { timelineReport } from "../timeline-report.ts";
import { timelineSvg } from "../timeline-svg.ts";
import { type Context, JSON_OPTION, type JsonOption, misused } from "./context.ts";
import { READABLE_FILE } from "./files.ts";

interface SimulateOptions extends JsonOption {
	readonly machines: string;
	readonly days: string;
	readonly seed: string;
	readonly offline: string;
	readonly fail: string;
	readonly answer: string;
	readonly outage?: readonly string[];
	readonly inventory?: string;
	readonly start?: string;
	readonly svg?: string;
}

/** The daemon's own limits where its configuration says nothing. */
const LIMITS = { sessions: 64, deliveries: 64 };
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function addSimulateCommand(program: Command, context: Context): void {
	program
		.command("simulate")
		.description("play a policy on a modelled fleet in virtual time, before the first byte moves")
		.argument("<file>", "the policy file")
		.option("--machines <number>", "how many machines the model has", "1000")
		.option("--days <number>", "how many days are played", "14")
		.option("--seed <number>", "another seed is another course of chance", "1")
		.option("--offline <percent>", "machines that are on in office hours only", "10%")
		.option("--fail <percent>", "machines on which the first run of an installer fails, on half of them for good", "2%")
		.option("--answer <duration>", "how long people take to approve and to promote, or: never", "1h")
		.option("--inventory <file>", "the machines of this inventory in place of modelled ones")
		.option("--outage <span>", "the controller is off, such as 2026-12-03T20:00Z/2d; may be given again", another)
		.option("--start <moment>", "such as 2026-12-01T08:00[Europe/Budapest]; default: now")
		.option("--svg <file>", "also draw machines by state over time")
		.option(...JSON_OPTION)
		.action((file: string, options: SimulateOptions) => play(context, file, options));
}

async function play(context: Context, file: string, options: SimulateOptions): Promise<void> {
	const { terminal, exit } = context;
	const wanted = readNumbers(options);
	if (typeof wanted === "string") return misused(context, wanted, "fleetseed simulate --help");
	const read = await readFiles(file, options.inventory);
	if ("unreadable" in read) return misused(context, read.unreadable, READABLE_FILE);
	if ("problems" in read) {
		if (options.json) terminal.printJson({ problems: read.problems });
		else for (const problem of read.problems) terminal.print(printable(describeProblem(problem)));
		return exit(EXIT.badNews);
	}
	const began = performance.now();
	const scenario = scenarioOf(read, wanted);
	const { length } = scenario.machines;
	if (options.inventory === undefined && length < wanted.machines)
		terminal.advise(`the policy itself names its machines: ${length} are modelled, not ${wanted.machines}`);
	const timeline = simulate(scenario, progressBar());
	const seconds = (performance.now() - began) / 1000;
	const unwritten = await draw(options.svg, timeline);
	if (unwritten !== null) return misused(context, `--svg: ${unwritten.message}`, "Name a file that can be written.");
	if (options.json) return terminal.printJson(timelineReport(timeline, seconds));
	terminal.print(renderTimeline(timeline, seconds, terminal.style));
	if (options.svg !== undefined) terminal.print(`The picture is in ${options.svg}.`);
}

/** null: it is written, or nobody wants it. */
async function draw(file: string | undefined, timeline: Timeline): Promise<Error | null> {
	if (file === undefined) return null;
	return writeFile(file, timelineSvg(timeline)).then(
		() => null,
		(error: Error) => error,
	);
}

function another(span: string, before: readonly string[] = []): readonly string[] {
	return [...before, span];
}

interface Wanted {
	readonly machines: number;
	readonly days: number;
	readonly seed: number;
	readonly offline: number;
	readonly fail: number;
	readonly answerMs: number | null;
	readonly start: number;
	readonly outages: readonly Outage[];
}

/** What was asked for, or what is wrong with it. */
function readNumbers(options: SimulateOptions): Wanted | string {
	const machines = whole(options.machines, 1, 100_000);
	const days = whole(options.days, 1, 3_660);
	const seed = whole(options.seed, 0, Number.MAX_SAFE_INTEGER);
	const offline = share(options.offline);
	const fail = share(options.fail);
	const answer = duration("0s", "365d").safeParse(options.answer);
	const start = options.start === undefined ? null : moment.safeParse(options.start);
	if (machines === null) return `--machines ${options.machines}: expected a whole number from 1 to 100000`;
	if (days === null) return `--days ${options.days}: expected a whole number from 1 to 3660`;
	if (seed === null) return `--seed ${options.seed}: expected a whole number`;
	if (offline === null) return `--offline ${options.offline}: expected a percentage such as 10%`;
	if (fail === null) return `--fail ${options.fail}: expected a percentage such as 2%`;
	if (!answer.success && options.answer !== "never")
		return `--answer ${options.answer}: expected a duration such as 30m or 4h, or never`;
	if (start?.success === false)
		return `--start ${options.start}: expected a date and time with a zone, such as 2026-12-01T08:00[Europe/Budapest]`;
	const spans = options.outage ?? [];
	const outages = spans.map(outageOf);
	const wrong = outages.indexOf(null);
	if (wrong >= 0)
		return `--outage ${spans[wrong]}: expected a moment with a zone, a slash and a duration, such as 2026-12-03T20:00Z/2d`;
	const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
	const people = { answerMs: answer.data ?? null, outages: outages.filter((outage) => outage !== null) };
	return { machines, days, seed, offline, fail, ...people, start: start?.data ?? now };
}

function outageOf(span: string): Outage | null {
	const at = span.lastIndexOf("/");
	const from = moment.safeParse(span.slice(0, at));
	const lasts = duration("1m", "365d").safeParse(span.slice(at + 1));
	return from.success && lasts.success ? { from: from.data, to: from.data + lasts.data } : null;
}

function whole(text: string, least: number, most: number): number | null {
	const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	return value >= least && value <= most ? value : null;
}

function share(text: string): number | null {
	const percent = /^\d+(\.\d+)?%$/.test(text) ? Number.parseFloat(text) : Number.NaN;
	return percent >= 0 && percent <= 100 ? percent / 100 : null;
}

interface Files {
	readonly policy: Policy;
	readonly inventory: Inventory | null;
}

type Unusable = { readonly problems: readonly Problem[] } | { readonly unreadable: string };

async function readFiles(file: string, inventoryFile: string | undefined): Promise<Files | Unusable> {
	const text = await readFile(file, "utf8").catch((error: Error) => error);
	if (text instanceof Error) return { unreadable: text.message };
	const parsed = parsePolicy(text, file);
	if ("problems" in parsed) return parsed;
	if (inventoryFile === undefined) return { policy: parsed.policy, inventory: null };
	const listed = await readFile(inventoryFile, "utf8").catch((error: Error) => error);
	if (listed instanceof Error) return { unreadable: listed.message };
	const read = parseInventory(listed, inventoryFile);
	return "problems" in read ? read : { policy: parsed.policy, inventory: read.inventory };
}

function scenarioOf({ policy, inventory }: Files, wanted: Wanted): Scenario {
	const { seed, start, answerMs, outages } = wanted;
	const end = start + wanted.days * DAY_MS;
	const machines = modelFleet({ ...wanted, policy, end, ...(inventory ? { inventory } : {}) });
	return { policy, machines, start, end, seed, answerMs, outages, limits: LIMITS };
}

/** On a terminal only, beside the answer and not in it. */
function progressBar(): ((share: number) => void) | undefined {
	if (!process.stderr.isTTY) return undefined;
	const format = "  virtual time [{bar}] {percentage} %";
	// Where it has lines cut instead of wrapped, Ctrl-C leaves a terminal that goes on cutting.
	const options = { format, barsize: 40, clearOnComplete: true, linewrap: true, stream: process.stderr };
	const bar = new SingleBar(options, Presets.legacy);
	bar.start(100, 0);
	return (done) => {
		bar.update(Math.floor(done * 100));
		if (done >= 1) bar.stop();
	};
}
