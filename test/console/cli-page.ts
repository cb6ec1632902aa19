import type { Command, Option } from "commander";
import { EXIT_MEANINGS } from "../../src/console/exit-codes.ts";
import { programToRead } from "../../src/console/program.ts";

/** docs/cli.md, all of which is made from the command line's own definition. */
export const PAGE = new URL("../../docs/cli.md", import.meta.url).pathname;

export function cliPage(): string {
	const program = programToRead();
	const codes = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `| ${code} | ${meaning} |\n`);
	return `# The command line

    fleetseed [options] command [arguments]

${optionsOf(program)}
The socket is \`FLEETSEED_SOCKET\` where \`--socket\` does not name it, the configuration \`FLEETSEED_CONFIG\` where \`--config\` does not. With \`NO_COLOR\` nothing is coloured.
With \`--json\` the answer is JSON on standard output, and what goes wrong is JSON, too: \`{"code", "message", "hint"}\`, a line of standard error.

| exit code | means |
|---|---|
${codes.join("")}
${commandsOf(program, "fleetseed").join("\n")}`;
}

function commandsOf(command: Command, path: string): readonly string[] {
	return command
		.createHelp()
		.visibleCommands(command)
		.filter((each) => each.name() !== "help")
		.flatMap((each) => {
			const name = `${path} ${each.name()}`;
			return [section(each, name), ...commandsOf(each, name)];
		});
}

function section(command: Command, name: string): string {
	const words = command.registeredArguments.map((each) => {
		const word = `${each.name()}${each.variadic ? "..." : ""}`;
		return ` ${each.required ? `<${word}>` : `[${word}]`}`;
	});
	const described = command.registeredArguments.filter(({ description }) => description);
	const told = described.map((each) => `- \`${each.name()}\`: ${each.description}\n`).join("");
	const options = optionsOf(command);
	return [`## \`${name}${words.join("")}\`\n`, `${sentence(command.description())}\n`, told, options]
		.filter((part) => part !== "")
		.join("\n");
}

function optionsOf(command: Command): string {
	const options = command
		.createHelp()
		.visibleOptions(command)
		.filter(({ long }) => long !== "--help");
	if (options.length === 0) return "";
	return `| option | |\n|---|---|\n${options.map(optionRow).join("")}`;
}

function optionRow({ flags, description, defaultValue: preset }: Option): string {
	const isTold = preset !== undefined && preset !== "" && preset !== false;
	const text = `${sentence(description)}${isTold ? ` Default: ${preset}.` : ""}`;
	return `| \`${flags}\` | ${text.replaceAll("|", "\\|")} |\n`;
}

function sentence(text: string): string {
	const [first = ""] = text;
	return `${first.toUpperCase()}${text.slice(1)}${/[.:]$/.test(text) ? "" : "."}`;
}
