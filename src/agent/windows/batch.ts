/**
 * A batch file that calls another with these arguments, each as one word whatever is in it. In a file `%%` is a percent sign, as it is nowhere on
 * a command line; in quotes no other character is special to cmd, and a quote is doubled, so that what follows it stays quoted. Lines
 * cannot be carried over: they are refused. Throws RangeError on those.
 */
export function callBatch(file: string, args: readonly string[]): string {
	return `@echo off\r\nsetlocal DisableDelayedExpansion\r\nchcp 65001 >nul\r\n${[file, ...args].map(quoteWord).join(" ")}\r\n`;
}

/** A backslash before a quote is doubled for the programs to which a batch file passes `%*`. */
function quoteWord(word: string): string {
	if (/[\r\n\0]/.test(word)) throw new RangeError("an argument of a batch file cannot have several lines");
	const quoted = word.replace(/(\\+)("|$)/g, "$1$1$2").replaceAll('"', '""');
	return `"${quoted.replaceAll("%", "%%")}"`;
}
