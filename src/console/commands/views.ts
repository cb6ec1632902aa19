import type { Command } from "commander";
import { packageRow } from "../answers/packages.ts";
import { scheduleReport } from "../answers/schedule.ts";
import { swarmReport } from "../answers/swarm.ts";
import { renderPackages } from "../render-packages.ts";
import { renderSchedule } from "../render-schedule.ts";
import { renderSwarm } from "../render-swarm.ts";
import { type Context, JSON_OPTION, type JsonOption, misused } from "./context.ts";
import { show } from "./show.ts";

interface ScheduleOptions extends JsonOption {
	readonly days: string;
}

/** What the dashboard has a page for, too. */
export function addViewCommands(program: Command, context: Context): void {
	program
		.command("swarm")
		.description("who has which pieces of packages, how they spread, and how near that is to what is possible")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => show(context, { path: "swarm", answer: swarmReport }, options, renderSwarm));
	program
		.command("packages")
		.description("what the store holds and what policies want there")
		.option(...JSON_OPTION)
		.action((options: JsonOption) =>
			show(context, { path: "packages", answer: packageRow.array() }, options, renderPackages),
		);
	program
		.command("schedule")
		.description("when policies run, and when installs and reboots may start")
		.option("--days <days>", "how many days from now, 1 to 35", "7")
		.option(...JSON_OPTION)
		.action((options: ScheduleOptions) => {
			if (!/^([1-9]|[12][0-9]|3[0-5])$/.test(options.days))
				return misused(context, `--days: expected 1 to 35, got ${options.days}`, "Write a whole number.");
			return show(context, { path: `schedule?days=${options.days}`, answer: scheduleReport }, options, renderSchedule);
		});
}
