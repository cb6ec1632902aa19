import { EXIT } from "./exit-codes.ts";
import { printable, printableJson } from "./printable.ts";
import { Screen } from "./screen.ts";
import { type Style, styleFor } from "./style.ts";

/** Where a command writes: answers on stdout, what went wrong and advice on stderr. */
export interface Terminal {
	readonly style: Style;
	/** A person sits there who can be asked. */
	readonly isInteractive: boolean;
	print(text: string): void;
	/** On a terminal: the whole screen, in place of what was drawn before. */
	redraw(text: string): void;
	printJson(value: unknown): void;
	/** What a person should know beside the answer, which scripts read. */
	advise(text: string): void;
	/** An empty hint: the message says what to do. */
	complain(problem: { readonly code: string; readonly message: string; readonly hint: string }): void;
}

/** `isForScripts`: what goes wrong is told in JSON, as the answer is. */
export function processTerminal({ isForScripts }: { readonly isForScripts: boolean }): Terminal {
	process.stdout.on("error", onUnwritten);
	process.stderr.on("error", () => undefined);
	const screen = new Screen(process.stdout);
	return {
		style: styleFor(process.stdout, process.env),
		isInteractive: Boolean(process.stdin.isTTY && process.stdout.isTTY),
		print: (text) => void process.stdout.write(`${text}\n`),
		redraw: (text) => screen.draw(text),
		printJson: (value) => void process.stdout.write(`${printableJson(value)}\n`),
		advise: (text) => void process.stderr.write(`${text}\n`),
		complain: ({ code, message, hint }) => {
			const told = [`${printable(message)} (${code})`, ...(hint === "" ? [] : [printable(hint)])];
			process.stderr.write(`${isForScripts ? printableJson({ code, message, hint }) : told.join("\n")}\n`);
		},
	};
}

/** `fleetseed status | head -1`: whoever read has seen enough, and the exit code stays what it was to be. An answer that is cut off otherwise is none. */
function onUnwritten(error: NodeJS.ErrnoException): void {
	if (error.code === "EPIPE") return;
	process.stderr.write(`the answer cannot be written: ${error.message}\n`);
	process.exit(EXIT.badNews);
}
