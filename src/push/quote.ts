/**
 * One POSIX sh command line that gives back exactly these words (XCU 2.2.2: between single quotes everything is itself).
 * The only place that quotes. Throws RangeError on NUL, which no command line can carry.
 */
export function quote(argv: readonly string[]): string {
	return argv.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
	if (word.includes("\0")) throw new RangeError("a command's word may not contain NUL");
	return `'${word.replaceAll("'", `'\\''`)}'`;
}
