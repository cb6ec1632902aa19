import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

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
export async function openPage(browser: Browser, url: string, token: string) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
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

/** What axe-core has against the page as it is shown; empty: nothing. */
export async function complaints(page: Page): Promise<readonly string[]> {
	// Through the debugger, so that the page's own policy stays as strict as it is.
	await page.evaluate(axe.source);
	const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
		violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
	};
	return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

/** The page in both colour schemes. */
export async function picture(page: Page, name: string): Promise<void> {
	await mkdir(PICTURES, { recursive: true });
	for (const colorScheme of ["light", "dark"] as const) {
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true });
	}
	await page.emulateMedia({ colorScheme: "light" });
}
