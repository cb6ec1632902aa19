import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { type Figure, quantile } from "../bench/figures.ts";
import { watchBusy } from "../bench/machine.ts";
import { publish } from "../bench/publish.ts";
import { number, showTable } from "../bench/show.ts";
import { noBrowser, openBrowser, openPage, picture } from "./browser.ts";
import { LargeFleet } from "./large-fleet.ts";
import { serveModel } from "./modelled.ts";

interface Frames {
	readonly machines: number;
	/** Between each frame and the next, ms. */
	readonly gaps: readonly number[];
	readonly errors: readonly string[];
	/** Of all cores, by whomever. */
	readonly busyPercent: number;
}

const SIZES = [5_000, 10_000];
/** A frame at 60 Hz takes 16.7 ms; two of them 33.3. */
const AT_MOST = { p95: 17.5, p99: 34 };
const WRITE_EVERY_MS = 200;

/** `npm run bench:wall`: the time between frames while the wall of a large fleet changes and keys move over it. */
const { values: options } = parseArgs({
	options: {
		seconds: { type: "string", default: "10" },
		json: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-wall.json") },
	},
});
if (noBrowser) throw new Error(noBrowser);
const browser = await openBrowser();
try {
	const measured: Frames[] = [];
	for (const machines of SIZES) measured.push(await measure(browser, machines));
	const told = measured.map(({ gaps, ...rest }) => ({ ...rest, frames: gaps.length }));
	const figures = measured.flatMap(figuresOf);
	const report = { benchmark: "wall", figures, more: { walls: told }, show: () => show(measured) };
	process.exitCode = publish(report, options);
} finally {
	await browser.close();
}

async function measure(browser: Browser, machines: number): Promise<Frames> {
	process.stderr.write(`moving over ${machines.toLocaleString("en")} cells ...\n`);
	const { url, token, record, stop } = await serveModel(new LargeFleet(machines));
	try {
		const { page, errors } = await openPage(browser, url, token);
		await page.goto(url);
		await page.getByRole("option").waitFor();
		await page.getByRole("listbox").focus();
		const writing = setInterval(
			() => record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]),
			WRITE_EVERY_MS,
		);
		const busy = watchBusy();
		const gaps = await gapsWhileKeysMove(page).finally(() => clearInterval(writing));
		const busyPercent = Math.round(busy());
		await picture(page, `wall-${machines}`);
		await page.context().close();
		return { machines, gaps, errors, busyPercent };
	} finally {
		await stop();
	}
}

async function gapsWhileKeysMove(page: Page): Promise<readonly number[]> {
	let isMeasuring = true;
	const gaps = gapsOf(page).finally(() => {
		isMeasuring = false;
	});
	while (isMeasuring) await page.keyboard.press(Math.random() < 0.5 ? "ArrowRight" : "ArrowDown");
	return gaps;
}

function gapsOf(page: Page): Promise<readonly number[]> {
	return page.evaluate(`new Promise((resolve) => {
	const gaps = [];
	const end = performance.now() + ${Number(options.seconds) * 1000};
	let last = performance.now();
	requestAnimationFrame(function frame(at) {
		gaps.push(at - last);
		last = at;
		if (at < end) requestAnimationFrame(frame); else resolve(gaps.slice(1));
	});
})`);
}

function figuresOf({ machines, gaps, errors }: Frames): readonly Figure[] {
	const of = `${machines.toLocaleString("en")} cells`;
	return [
		{ what: `between frames, 95 %, ${of}`, value: quantile(gaps, 0.95), unit: "ms", atMost: AT_MOST.p95 },
		{ what: `between frames, 99 %, ${of}`, value: quantile(gaps, 0.99), unit: "ms", atMost: AT_MOST.p99 },
		{ what: `errors in the browser's console, ${of}`, value: errors.length, unit: "errors", atMost: 0 },
	];
}

function show(measured: readonly Frames[]): void {
	const rows = measured.map(({ machines, gaps, busyPercent, errors }) => [
		machines.toLocaleString("en"),
		gaps.length.toLocaleString("en"),
		number(quantile(gaps, 0.5)),
		number(Math.max(...gaps)),
		String(busyPercent),
		errors[0] ?? "",
	]);
	showTable(["cells", "frames", "median ms", "longest ms", "cores busy %", "first error"], rows);
}
