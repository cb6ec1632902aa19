/** argv for a fixed script; whatever comes from a policy or a machine goes in as `$1` and on, never into the text. */
export function script(text: string, ...args: readonly string[]): readonly string[] {
	return ["/bin/sh", "-c", text, "fleetseed", ...args];
}
