import { quote } from "../quote.ts";
import { KEPT_SHELL } from "../scripts/kept-shell.ts";

/** argv for a fixed script; whatever comes from a policy or a machine goes in as `$1` and on, never into the text. */
export function script(text: string, ...args: readonly string[]): readonly string[] {
	return ["/bin/sh", "-c", text, "fleetseed", ...args];
}

/** argv for the shell that stays. */
export function keptShell(): readonly string[] {
	return script(KEPT_SHELL);
}

/** The same script for a shell that is running already. */
export function forKeptShell([, , text = "", , ...args]: readonly string[]): string {
	return `set -- ${quote(args)}\n${text}`;
}
