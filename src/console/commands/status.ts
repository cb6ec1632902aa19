import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import type { Detail, PlanReport, StatusReport, WhyReport } from "../cockpit.ts";
import { EXIT } from "../exit-codes.ts";
import { renderStatus } from "../render.ts";
import { renderPlan } from "../render-plan.ts";
import { renderWhy } from "../render-why.ts";
import { type Context, JSON_OPTION, type JsonOption, segment, withClient } from "./context.ts";
import { show } from "./show.ts";

const REDRAW_MS = 1_000;
/** Home the cursor and clear what is below it (ECMA-48 CUP, ED). */
const CLEAR = "\u001b[H\u001b[J";

/** Commands that look and change nothing. */
export function addStatusCommands(program: Command, context: Context): void {
	program
		.command("status")
		.description("how far every rollout is, and the one reason of each machine that is not done")
		.option("--watch", "redraw every second until everything is done or Ctrl-C")
		.option("--all", "a line for each machine that is not done, not one for all that wait for the same")
		.option(...JSON_OPTION)
		.action((options: StatusOptions) => status(context, options));
	program
		.command("plan")
		.description("what would be done now, in order, and why the rest waits")
		.option("--all", "a line for each machine, not one for all of which the same is to be said")
		.option(...JSON_OPTION)
		.action((options: EachOptions) =>
			show<PlanReport>(context, `plan?detail=${detailOf(options)}`, options, (report, style) =>
				renderPlan(report, style, options.all),
			),
		);
	program
		.command("why")
		.description("why a machine is where it is, what happens next, and what to do about it")
		.argument("<machine>")
		.option(...JSON_OPTION)
		.action((machine: string, options: JsonOption) =>
			show<WhyReport>(context, `machines/${segment(machine)}/why`, options, renderWhy),
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
		let report = await client.get<StatusReport>(path);
		while (watch && terminal.isInteractive && !json && !isDone(report)) {
			terminal.print(CLEAR + renderStatus(report, terminal.style, all));
			await wait(REDRAW_MS);
			report = await client.get<StatusReport>(path);
		}
		if (json) terminal.printJson(report);
		else terminal.print(renderStatus(report, terminal.style, all));
		if (report.totals.failed > 0 || report.problems.length > 0) exit(EXIT.badNews);
	});
}

function isDone({ totals }: StatusReport): boolean {
	const { machines, installed, failed, rolled_back } = totals;
	return machines > 0 && installed + failed + rolled_back === machines;
}
