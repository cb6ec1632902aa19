import { printable, printableJson } from "./printable.ts";
import { type Style, styleFor } from "./style.ts";

/** Where a command writes: answers on stdout, what went wrong on stderr. */
export interface Terminal {
	readonly style: Style;
	/** A person sits there who can be asked. */
	readonly isInteractive: boolean;
	print(text: string): void;
	printJson(value: unknown): void;
	complain(problem: { readonly code: string; readonly message: string; readonly hint: string }): void;
}

export function processTerminal(): Terminal {
	for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreGoneReader);
	return {
		style: styleFor(process.stdout, process.env),
		isInteractive: Boolean(process.stdin.isTTY && process.stdout.isTTY),
		print: (text) => void process.stdout.write(`${text}\n`),
		printJson: (value) => void process.stdout.write(`${printableJson(value)}\n`),
		complain: ({ code, message, hint }) =>
			void process.stderr.write(`${printable(message)} (${code})\n${printable(hint)}\n`),
	};
}

/** `fleetseed status | head -1`: whoever read has seen enough, and the exit code stays what it was to be. */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
	if (error.code !== "EPIPE") throw error;
}
