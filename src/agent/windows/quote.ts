import type { Quoting } from "../../model/shim.ts";

/** The arguments as the rest of a command line, which CreateProcess hands on as it is. `cmd` is not among them: see batch.ts. */
export function quoteArguments(args: readonly string[], quoting: Exclude<Quoting, "cmd">): string {
	const last = args.at(-1);
	if (quoting === "nsis" && last?.startsWith("/D=")) return [...args.slice(0, -1).map(quoteArgument), last].join(" ");
	const quote = { msi: quoteProperty, installshield: quoteSwitch, argv: quoteArgument, nsis: quoteArgument }[quoting];
	return args.map(quote).join(" ");
}

/**
 * One word as CommandLineToArgvW and the C runtime read it: backslashes are themselves unless a quote follows. Source: "Parsing C command-line
 * arguments" in Microsoft's documentation of C.
 */
function quoteArgument(word: string): string {
	if (word !== "" && !/[\s"]/.test(word)) return word;
	return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** InstallShield takes what follows /v for words of msiexec, in quotes that begin after the v. */
function quoteSwitch(word: string): string {
	return word.startsWith("/v") ? `/v"${word.slice(2).replaceAll('"', '\\"')}"` : quoteArgument(word);
}

/** msiexec reads its command line itself: PROPERTY="value", a quote doubled (Windows Installer, "Command-Line Options"). */
function quoteProperty(word: string): string {
	const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.]*=)(.*)$/s.exec(word) ?? [];
	if (name === undefined || value === undefined) return quoteArgument(word);
	return /^[^\s"]+$/.test(value) ? word : `${name}"${value.replaceAll('"', '""')}"`;
}
