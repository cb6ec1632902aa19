// npm run bench:core -- [--json] [--quick] [--out FILE]: what deciding costs, against what is promised and what physics allows.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { foldFigures, measureFold } from "./core-fold.ts";
import { measureScale, type Scale, type Size, scaleFigures } from "./core-scale.ts";
import { measureSimulate } from "./core-simulate.ts";
import { type Figure, timesFloor } from "./figures.ts";
import { publish } from "./publish.ts";

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

const measured = scales();
const simulated = await measureSimulate(options.quick ? 100 : 1_000, options.quick ? 3 : 14);
const figures = [...scaleFigures(measured), simulated, ...(await fold())];
const judged = figures.map((figure) => ({ ...figure, timesFloor: timesFloor(figure) }));
process.exitCode = publish({ benchmark: "core", figures: judged, more: {}, show: () => undefined }, options);
