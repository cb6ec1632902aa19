import type { Problem } from "./document.ts";

/** Two files with a policy of one name: the second is refused. */
export function duplicateName(file: string, name: string, other: string): Problem {
	const expected = "a policy name of its own";
	const saw = `"${name}", as in ${other}`;
	return { code: "FS-POLICY-DUPLICATE", file, line: 1, column: 1, path: "name", expected, saw };
}
