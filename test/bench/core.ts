// npm run bench:core -- [--json] [--quick] [--out FILE]: what deciding costs, against what is promised and what physics allows.
import { writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { styleFor } from "../../src/console/style.ts";
import { table } from "../../src/console/table.ts";
import { foldFigures, measureFold } from "./core-fold.ts";
import { measureScale, type Scale, type Size, scaleFigures } from "./core-scale.ts";
import { measureSimulate } from "./core-simulate.ts";
import { type Figure, isMet, timesFloor } from "./figures.ts";

const SIZES: readonly Size[] = [
	...[100, 1_000, 10_000, 100_000].map((machines): Size => ({ machines, selection: "two", turns: 60 })),
	{ machines: 10_000, selection: "all", turns: 30 },
];
const QUICK_SIZES: readonly Size[] = [100, 1_000].map((machines) => ({ machines, selection: "two", turns: 20 }));

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean", default: false },
		quick: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-core.json") },
	},
});

function say(text: string): void {
	process.stderr.write(`${text}\n`);
}

function scales(): readonly Scale[] {
	return (options.quick ? QUICK_SIZES : SIZES).map((size) => {
		say(`deciding for ${size.machines.toLocaleString("en")} machines ...`);
		return measureScale(size);
	});
}

async function fold(): Promise<readonly Figure[]> {
	const [machines, events] = options.quick ? [500, 20_000] : [10_000, 1_000_000];
	say(`writing a journal of ${events.toLocaleString("en")} events ...`);
	const bar = new SingleBar({ format: "  [{bar}] {value} events", stream: process.stderr, clearOnComplete: true });
	bar.start(events, 0);
	const measured = await measureFold({ machines, events, onEvents: (seq) => bar.update(seq) });
	bar.stop();
	return foldFigures(measured, !options.quick);
}

function show(figures: readonly Figure[]): void {
	const rows = figures.map((figure) => {
		const { what, value, unit, atMost, atLeast, floor } = figure;
		const times = timesFloor(figure);
		const promise = atMost === undefined ? (atLeast === undefined ? "" : `>= ${atLeast}`) : `<= ${atMost}`;
		const met = isMet(figure);
		const beside = floor && times !== null ? `${number(times)} x ${floor.what}` : "";
		return [what, `${number(value)} ${unit}`, promise, met === null ? "" : met ? "met" : "MISSED", beside];
	});
	process.stdout.write(
		`${table(["what", "measured", "promised", "", "floor"], rows, styleFor(process.stdout, process.env))}\n`,
	);
}

function number(value: number): string {
	return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

const measured = scales();
const simulated = await measureSimulate(options.quick ? 100 : 1_000, options.quick ? 3 : 14);
const figures = [...scaleFigures(measured), simulated, ...(await fold())];
const missed = figures.filter((figure) => isMet(figure) === false).length;
const machine = {
	cpu: cpus()[0]?.model ?? "",
	cores: cpus().length,
	memoryMiB: Math.round(totalmem() / 2 ** 20),
	node: process.version,
};
const report = {
	benchmark: "core",
	machine,
	figures: figures.map((figure) => ({ ...figure, isMet: isMet(figure), timesFloor: timesFloor(figure) })),
	missed,
};
const text = `${JSON.stringify(report, null, "\t")}\n`;
writeFileSync(options.out, text);
if (options.json) process.stdout.write(text);
else show(figures);
say(`The figures are in ${options.out}.`);
process.exitCode = missed === 0 ? 0 : 1;
