import type { Argument, Command, Option } from "commander";

export interface Candidate {
	readonly word: string;
	readonly meaning: string;
}

/** Whose names only the daemon knows. */
export type Named = "machine" | "policy" | "ring";

/** What may stand in the place of the last word. `names`: those of the daemon may stand there as well. Nothing at all: files. */
export interface Completion {
	readonly candidates: readonly Candidate[];
	readonly names: Named | null;
}

const NAMED: Readonly<Record<string, Named>> = {
	machine: "machine",
	machines: "machine",
	policy: "policy",
	ring: "ring",
};
const NOTHING: Completion = { candidates: [], names: null };

/** Completes the last of the words after the program's name, which may be empty, by the command line's own definition. */
export function complete(program: Command, words: readonly string[]): Completion {
	const current = words.at(-1) ?? "";
	const { command, position, pending } = walk(program, words.slice(0, -1));
	if (pending) return matching(valuesOf(pending), current);
	if (current.startsWith("-")) return matching({ candidates: optionsOf(command, program), names: null }, current);
	const commands = position === 0 ? visible(command) : [];
	const argument = command.registeredArguments[position] ?? variadic(command);
	const { candidates, names } = argument ? valuesOf(argument) : NOTHING;
	return matching({ candidates: [...commands, ...candidates], names }, current);
}

interface Place {
	readonly command: Command;
	/** How many arguments of the command have been written. */
	readonly position: number;
	/** An option whose value comes next. */
	readonly pending: Option | null;
}

function walk(program: Command, words: readonly string[]): Place {
	let place: Place = { command: program, position: 0, pending: null };
	for (const word of words) place = step(place, word, program);
	return place;
}

function step({ command, position, pending }: Place, word: string, program: Command): Place {
	if (pending) return { command, position, pending: null };
	if (word.startsWith("-")) {
		const option = [...command.options, ...program.options].find(({ long, short }) => word === long || word === short);
		return { command, position, pending: option?.required ? option : null };
	}
	const inner = position === 0 ? command.commands.find((each) => each.name() === word) : undefined;
	return inner ? { command: inner, position: 0, pending: null } : { command, position: position + 1, pending: null };
}

function visible(command: Command): readonly Candidate[] {
	const commands = command.createHelp().visibleCommands(command);
	return commands.map((each) => ({ word: each.name(), meaning: each.description() }));
}

function optionsOf(command: Command, program: Command): readonly Candidate[] {
	const all = [command, program].flatMap((each) => each.createHelp().visibleOptions(each));
	const words = new Map(all.map(({ long, description }) => [long ?? "", description]));
	return [...words].map(([word, meaning]) => ({ word, meaning }));
}

function variadic(command: Command): Argument | undefined {
	return command.registeredArguments.findLast((each) => each.variadic);
}

/** Arguments called `machine`, `policy` and `ring`, and options of that name, take the daemon's names. */
function valuesOf(slot: Argument | Option): Completion {
	const word = "long" in slot ? slot.attributeName() : slot.name();
	const candidates = (slot.argChoices ?? []).map((choice) => ({ word: choice, meaning: "" }));
	return { candidates, names: NAMED[word] ?? null };
}

function matching({ candidates, names }: Completion, current: string): Completion {
	return { candidates: candidates.filter(({ word }) => word.startsWith(current)), names };
}
