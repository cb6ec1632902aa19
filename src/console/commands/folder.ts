import type { Command } from "commander";
import { changesReport } from "../answers/policies.ts";
import { EXIT } from "../exit-codes.ts";
import type { ChangesReport } from "../policy-reports.ts";
import { renderChanges } from "../render-changes.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, withClient } from "./context.ts";

interface ReloadOptions extends JsonOption {
	readonly dryRun?: boolean;
}

/** Commands over the daemon's policy folder. */
export function addFolderCommands(program: Command, context: Context): void {
	program
		.command("reload")
		.description("read configuration, policies, inventory and known hosts again, and show what that changed")
		.option("--dry-run", "show what it would change, and change nothing")
		.option(...JSON_OPTION)
		.action((options: ReloadOptions) => (options.dryRun ? diff(context, options) : reload(context, options)));
	program
		.command("diff")
		.description("what `fleetseed reload` would change, policy by policy; changes nothing")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => diff(context, options));
}

async function diff(context: Context, options: JsonOption): Promise<void> {
	const report = await withClient(context, (client) => client.get("diff", changesReport));
	tell(context, options, report);
	if (options.json) return;
	const isSame = report.policies.length + report.settings.length === 0;
	context.terminal.print(isSame ? "nothing would change" : "nothing is changed yet; apply it with: fleetseed reload");
}

async function reload(context: Context, options: JsonOption): Promise<void> {
	const report = await withClient(context, (client) => client.post("reload", { by: operatorName() }, changesReport));
	tell(context, options, report);
	if (options.json) return;
	context.terminal.print(report.problems.length === 0 ? "reloaded" : "reloaded; what has problems stays as it was");
}

function tell({ terminal, exit }: Context, { json }: JsonOption, report: ChangesReport): void {
	if (json) terminal.printJson(report);
	else if (report.policies.length + report.settings.length + report.problems.length > 0)
		terminal.print(renderChanges(report, terminal.style));
	if (report.problems.length > 0) exit(EXIT.badNews);
}
