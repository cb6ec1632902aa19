import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Where the tests put what they saw. */
export const PICTURES = new URL("../../out/dashboard", import.meta.url).pathname;

/** false: there is a browser. Else the reason to skip. */
export const noBrowser: string | false = existsSync(CHROMIUM)
	? existsSync(new URL("../../dist/dashboard/app.js", import.meta.url))
		? false
		: "the dashboard is not built: npm run build:dashboard"
	: `no browser at ${CHROMIUM}: apt-get install chromium`;

export function openBrowser(): Promise<Browser> {
	return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page that is logged in, and what went wrong on it. */
export async function openPage(browser: Browser, url: string, token: string, options: BrowserContextOptions = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
	await context.addCookies([{ name: "fleetseed", value: token, url, httpOnly: true, sameSite: "Strict" }]);
	const page = await context.newPage();
	page.setDefaultTimeout(20_000);
	const errors: string[] = [];
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) errors.push(message.text());
	});
	page.on("pageerror", (error) => errors.push(String(error)));
	page.on("dialog", (dialog) => {
		errors.push(`dialog: ${dialog.message()}`);
		dialog.dismiss().catch(() => undefined);
	});
	return { page, errors };
}

/** Widths of a telephone, a small and a large screen. */
const SIZES = [
	{ width: 400, height: 800 },
	{ width: 1280, height: 900 },
	{ width: 1920, height: 1080 },
];
const SCHEMES = ["light", "dark"] as const;

/** A colour on its way to the other scheme's is none that anybody reads. */
const SETTLED = `Promise.allSettled(
	document.getAnimations().filter((each) => each instanceof CSSTransition).map(({ finished }) => finished),
).then(() => undefined)`;

/** The page in both colour schemes and at every size: pictures of it, and what is wrong with it; empty: nothing. */
export async function faultsOf(page: Page, name: string): Promise<readonly string[]> {
	const faults: string[] = [];
	await mkdir(PICTURES, { recursive: true });
	for (const size of SIZES)
		for (const colorScheme of SCHEMES) {
			const shown = `${name}-${size.width}-${colorScheme}`;
			await page.setViewportSize(size);
			await page.emulateMedia({ colorScheme });
			await page.evaluate(SETTLED);
			const found = [...(size.width < 1920 ? await complaints(page) : []), ...(await cutIn(page))];
			faults.push(...found.map((fault) => `${shown}: ${fault}`));
			await page.screenshot({ path: join(PICTURES, `${shown}.png`), fullPage: true });
		}
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: "light" });
	return faults;
}

/** What is wider than its place, so that a part of it is out of sight. */
async function cutIn(page: Page): Promise<readonly string[]> {
	return (await page.evaluate(`(() => {
		const isCut = (each) => each.scrollWidth > each.clientWidth + 1;
		const isClipping = (each) => getComputedStyle(each).overflowX === "hidden" && !each.matches(".unseen, thead, [title]");
		const cut = [...document.querySelectorAll("#app *")].filter((each) => isClipping(each) && isCut(each));
		const wide = isCut(document.documentElement) ? ["the page scrolls sideways"] : [];
		return [...wide, ...cut.map((each) => "cut: " + each.outerHTML.slice(0, 200))];
	})()`)) as readonly string[];
}

/** What axe-core has against the page as it is shown; empty: nothing. */
async function complaints(page: Page): Promise<readonly string[]> {
	// Through the debugger, so that the page's own policy stays as strict as it is.
	if (await page.evaluate("!window.axe")) await page.evaluate(axe.source);
	const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
		violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
	};
	return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** The page as it is now. */
export async function picture(page: Page, name: string): Promise<void> {
	await mkdir(PICTURES, { recursive: true });
	await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** A browser without windows shows every tab. */
export async function turn(page: Page, state: "hidden" | "visible"): Promise<void> {
	await page.evaluate(`(() => {
		Object.defineProperty(document, "hidden", { configurable: true, get: () => ${state === "hidden"} });
		document.dispatchEvent(new Event("visibilitychange"));
	})()`);
}
