import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { planReport } from "../answers/plan.ts";
import { statusReport } from "../answers/status.ts";
import { whyReport } from "../answers/why.ts";
import type { Detail, StatusReport } from "../cockpit.ts";
import { EXIT } from "../exit-codes.ts";
import { renderStatus } from "../render.ts";
import { renderPlan } from "../render-plan.ts";
import { renderWhy } from "../render-why.ts";
import { type Context, JSON_OPTION, type JsonOption, segment, withClient } from "./context.ts";
import { patiently } from "./patiently.ts";
import { show } from "./show.ts";

const REDRAW_MS = 1_000;
const HINT = "Ctrl-C ends the watching, not the rollout";

/** Commands that look and change nothing. */
export function addStatusCommands(program: Command, context: Context): void {
	program
		.command("status")
		.description("how far every rollout is, and the one reason of each machine that is not done")
		.option("--watch", "redraw every second until everything is done or Ctrl-C (exit code 130)")
		.option("--all", "a line for each machine that is not done, not one for all that wait for the same")
		.option(...JSON_OPTION)
		.action((options: StatusOptions) => status(context, options));
	program
		.command("plan")
		.description("what would be done now, in order, and why the rest waits")
		.option("--all", "a line for each machine, not one for all of which the same is to be said")
		.option(...JSON_OPTION)
		.action((options: EachOptions) =>
			show(context, { path: `plan?detail=${detailOf(options)}`, answer: planReport }, options, (report, style) =>
				renderPlan(report, style, options.all),
			),
		);
	program
		.command("why")
		.description("why a machine is where it is, what happens next, and what to do about it")
		.argument("<machine>")
		.option(...JSON_OPTION)
		.action((machine: string, options: JsonOption) =>
			show(context, { path: `machines/${segment(machine)}/why`, answer: whyReport }, options, renderWhy),
		);
}

interface EachOptions extends JsonOption {
	readonly all?: boolean;
}

interface StatusOptions extends EachOptions {
	readonly watch?: boolean;
}

/** Only who wants to see each machine pays for a list that has an entry for each. */
function detailOf({ json, all }: EachOptions): Detail {
	return json || all ? "all" : "groups";
}

async function status(context: Context, options: StatusOptions): Promise<void> {
	const { terminal, exit } = context;
	const { json, watch, all } = options;
	const path = `status?detail=${detailOf(options)}`;
	await withClient(context, async (client) => {
		const ask = () => client.get(path, statusReport);
		const render = (report: StatusReport) => renderStatus(report, terminal.style, all);
		let report = await ask();
		if (json) terminal.printJson(report);
		else if (watch && terminal.isInteractive && !isDone(report)) report = await drawUntilDone(context, ask, render);
		else terminal.print(render(report));
		if (isBadNews(report)) exit(EXIT.badNews);
	});
}

/** Answers what it drew last. A daemon that is started again meanwhile is waited for. */
async function drawUntilDone(
	context: Context,
	ask: () => Promise<StatusReport>,
	render: (report: StatusReport) => string,
): Promise<StatusReport> {
	for (;;) {
		const report = await patiently(context, ask);
		const { redraw, style } = context.terminal;
		const isLast = isDone(report);
		redraw(isLast ? render(report) : `${render(report)}\n\n${style.faint(`${report.at.slice(0, 19)}Z; ${HINT}`)}`);
		if (isLast) return report;
		await wait(REDRAW_MS);
	}
}

function isBadNews({ totals, problems, failing_downloads }: StatusReport): boolean {
	return totals.failed > 0 || problems.length > 0 || failing_downloads.length > 0;
}

function isDone({ totals }: StatusReport): boolean {
	const { machines, installed, failed, rolled_back } = totals;
	return machines > 0 && installed + failed + rolled_back === machines;
}
