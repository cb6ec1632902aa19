import { type Command, Option } from "commander";
import { EXIT } from "../exit-codes.ts";
import type { BackupAnswer, Finding, InitReport, InstalledReport } from "../host-reports.ts";
import { printable } from "../printable.ts";
import { table } from "../table.ts";
import { type Context, JSON_OPTION, type JsonOption, misused } from "./context.ts";

/** What is done on this computer rather than asked of the daemon: it takes rooms that the console does not know. */
export interface HostActs {
	/** Runs the daemon and answers its exit code. */
	readonly serve: (options: { readonly config: string }) => Promise<number>;
	readonly init: (options: { readonly folder: string }) => Promise<InitReport>;
	readonly doctor: (options: { readonly config: string }) => Promise<readonly Finding[]>;
	readonly backup: (options: { readonly config: string; readonly file: string }) => Promise<BackupAnswer>;
	readonly checkInstalled: (options: { readonly config: string }) => Promise<InstalledReport>;
}

interface InitOptions extends JsonOption {
	readonly folder: string;
}

interface ConfigOption extends JsonOption {
	readonly config: string;
}

const FOLDER = "/etc/fleetseed";

export function configOption(): Option {
	const option = new Option("--config <file>", "the daemon's configuration");
	return option.env("FLEETSEED_CONFIG").default(`${FOLDER}/fleetseed.yaml`);
}

/** Commands that set this computer up, look after it, and run the daemon on it. */
export function addHostCommands(program: Command, context: Context, acts: HostActs): void {
	program
		.command("init")
		.description("write a commented configuration and make the controller's SSH key, where they are not there yet")
		.option("--folder <folder>", "where", FOLDER)
		.option(...JSON_OPTION)
		.action((options: InitOptions) => init(context, acts, options));
	program
		.command("doctor")
		.description("look whether this computer can do its work, and say how to mend what is wrong")
		.addOption(configOption())
		.option(...JSON_OPTION)
		.action((options: ConfigOption) => doctor(context, acts, options));
	program
		.command("serve")
		.description("run the daemon in the foreground")
		.addOption(configOption())
		.action(async (options: ConfigOption) => context.exit(await acts.serve(options)));
}

async function init(context: Context, acts: HostActs, options: InitOptions) {
	const report = await acts.init(options).catch((error: Error) => error);
	if (report instanceof Error)
		return misused(context, `init: ${report.message}`, "Run it as root, or name a folder of your own with --folder.");
	const { terminal } = context;
	if (options.json) return terminal.printJson(report);
	for (const file of report.made) terminal.print(printable(`made ${file}`));
	for (const file of report.kept) terminal.print(printable(`kept ${file} as it is`));
	terminal.print(`\nThe controller's public key:\n\n  ${printable(report.public_key)}\n`);
	terminal.print("Next:");
	for (const [index, step] of report.next.entries()) terminal.print(printable(`  ${index + 1}. ${step}`));
}

/** A word and a mark beside the colour: colour is never the only sign. */
const MARKS = { good: "ok", note: "note", wrong: "WRONG" } as const;

async function doctor({ terminal, exit }: Context, acts: HostActs, { config, json }: ConfigOption) {
	const findings = await acts.doctor({ config });
	const wrong = findings.filter(({ state }) => state === "wrong");
	if (json) terminal.printJson(findings);
	else {
		const rows = findings.map(({ about, state, saw, mend }) => [
			MARKS[state],
			about,
			mend === null ? saw : `${saw}. ${mend}`,
		]);
		terminal.print(table(["", "what", "seen, and how to mend it"], rows, terminal.style));
		terminal.print(
			wrong.length === 0 ? terminal.style.good("nothing is wrong") : terminal.style.bad(`${wrong.length} wrong`),
		);
	}
	if (wrong.length > 0) exit(EXIT.badNews);
}
