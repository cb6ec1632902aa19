import { parseArgs } from "node:util";
import { noBrowser, openBrowser, openPage, picture } from "./browser.ts";
import { LargeFleet } from "./large-fleet.ts";
import { serveModel } from "./modelled.ts";

/** `npm run bench:wall`: the time between frames while the wall of a large fleet changes and keys move over it. */
const { values } = parseArgs({
	options: { machines: { type: "string", default: "5000" }, seconds: { type: "string", default: "10" } },
});
if (noBrowser) throw new Error(noBrowser);
const { url, token, record, stop } = await serveModel(new LargeFleet(Number(values.machines)));
const browser = await openBrowser();
const { page, errors } = await openPage(browser, url, token);
await page.goto(url);
await page.getByRole("listbox").focus();
const writing = setInterval(() => record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]), 200);
const measured = page.evaluate(`new Promise((resolve) => {
	const gaps = [];
	const end = performance.now() + ${Number(values.seconds) * 1000};
	let last = performance.now();
	requestAnimationFrame(function frame(at) {
		gaps.push(at - last);
		last = at;
		if (at < end) requestAnimationFrame(frame); else resolve(gaps.slice(1));
	});
})`) as Promise<number[]>;
let isMeasuring = true;
const gaps = measured.finally(() => {
	isMeasuring = false;
});
while (isMeasuring) await page.keyboard.press(Math.random() < 0.5 ? "ArrowRight" : "ArrowDown");
const sorted = (await gaps).sort((a, b) => a - b);
clearInterval(writing);
const at = (share: number) => Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1));
const frames = {
	machines: Number(values.machines),
	frames: sorted.length,
	p50_ms: at(0.5),
	p95_ms: at(0.95),
	p99_ms: at(0.99),
	longest_ms: at(1),
	errors,
};
console.log(JSON.stringify(frames));
await picture(page, `wall-${values.machines}`);
await browser.close();
await stop();
