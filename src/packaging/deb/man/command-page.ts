import type { Command, Option } from "commander";
import { EXIT_MEANINGS } from "../../../console/exit-codes.ts";
import { programToRead } from "../../../console/program.ts";
import type { Release } from "../control.ts";
import { bold, item, prose, renderPage, roff, withDefault } from "./roff.ts";

/** fleetseed(1), from the definition of the command line. */
export function commandPage({ version, epoch }: Release): string {
	const program = programToRead();
	return renderPage({
		name: "fleetseed",
		section: 1,
		oneLine: "download once, seed it to the LAN, install on schedule",
		version,
		epoch,
		sections: {
			SYNOPSIS: `${bold("fleetseed")} ${roff("[options] command [arguments]")}`,
			DESCRIPTION: prose(
				"The daemon (`fleetseed serve`, the service fleetseed) downloads packages, seeds them to machines and installs them by the policies in /etc/fleetseed/policies. The other commands look after this computer, or ask and steer a daemon over its unix socket: who may open the socket may steer. With `--json` the answer is JSON on standard output, and what goes wrong is JSON, too: an object of code, message and hint, a line of standard error.",
			),
			"OPTIONS OF EVERY COMMAND": program.createHelp().visibleOptions(program).map(optionItem).join(""),
			COMMANDS: commandsOf(program).join(""),
			"EXIT STATUS": Object.entries(EXIT_MEANINGS)
				.map(([code, meaning]) => item(bold(code), roff(meaning)))
				.join(""),
			ENVIRONMENT:
				item(bold("FLEETSEED_CONFIG"), roff("The daemon's configuration, where --config does not name it.")) +
				item(bold("FLEETSEED_SOCKET"), roff("The daemon's socket, where --socket does not name it.")) +
				item(bold("NO_COLOR"), roff("No colour, also on a terminal. Colour is never the only sign.")),
			FILES: Object.entries({
				"/etc/fleetseed/fleetseed.yaml": "the configuration, fleetseed.yaml(5)",
				"/etc/fleetseed/policies/*.yaml": "the policies, fleetseed-policy(5)",
				"/etc/fleetseed/id_ed25519": "the controller's SSH key, which systemd gives to the service",
				"/var/lib/fleetseed": "the journal and the packages",
				"/run/fleetseed/fleetseed.sock": "the daemon's socket, for root and the group fleetseed",
			})
				.map(([file, meaning]) => item(`\\fI${roff(file)}\\fR`, roff(meaning)))
				.join(""),
			"SEE ALSO": roff("fleetseed.yaml(5), fleetseed-policy(5), /usr/share/doc/fleetseed"),
		},
	});
}

function commandsOf(command: Command, prefix = ""): readonly string[] {
	const inner = command.createHelp().visibleCommands(command);
	return inner
		.filter((each) => each.name() !== "help")
		.flatMap((each) => {
			const name = `${prefix}${each.name()}`;
			return [commandItem(each, name), ...commandsOf(each, `${name} `)];
		});
}

function commandItem(command: Command, name: string): string {
	const help = command.createHelp();
	const usage = command.registeredArguments.map((each) => {
		const word = `${each.name()}${each.variadic ? "..." : ""}`;
		return each.required ? `<${word}>` : `[${word}]`;
	});
	const told = help.visibleArguments(command).filter(({ description }) => description);
	const texts = [
		...told.map((each) => item(`\\fI${roff(each.name())}\\fR`, prose(help.argumentDescription(each)))),
		...help
			.visibleOptions(command)
			.filter(({ long }) => long !== "--help")
			.map(optionItem),
	];
	const inner = texts.length > 0 ? `.RS\n${texts.join("")}.RE\n` : "";
	return item([bold(name), ...usage.map(roff)].join(" "), prose(command.description())) + inner;
}

function optionItem(option: Option): string {
	const preset = option.defaultValue;
	const isTold = preset !== undefined && preset !== "" && preset !== false;
	return item(bold(option.flags), prose(withDefault(option.description, isTold ? preset : undefined)));
}
