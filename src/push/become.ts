import type { ErrorCode } from "../model/error-codes.ts";
import type { Become } from "../model/policy.ts";

/** What the target needs to become the user; the password comes from the controller's own files, never from a policy. */
export type Becoming = Pick<Become, "method" | "user"> & { readonly password?: string };

/** How a command is begun as another user. */
export interface Elevation {
	/** Goes before the command's words. */
	readonly argv: readonly string[];
	/** What is read before the command's own input; null: nothing is. */
	readonly firstLine: string | null;
}

export const AS_LOGGED_IN: Elevation = { argv: [], firstLine: null };

/**
 * The ways to become the user, to be tried in order. `-k`: neither an earlier password nor its memory counts (sudo(8)), so
 * that what works once works each time, and our first line of input is read whenever we send one. doas reads a password from
 * a terminal only.
 */
export function elevations({ method, user, password }: Becoming): readonly Elevation[] {
	if (method === "doas") return [{ argv: ["doas", "-n", "-u", user, "--"], firstLine: null }];
	const sudo = ["sudo", "-k", "-H", "-u", user];
	const silent: Elevation = { argv: [...sudo, "-n", "--"], firstLine: null };
	if (password === undefined) return [silent];
	return [silent, { argv: [...sudo, "-S", "-p", "", "--"], firstLine: password }];
}

/** What sudo 1.9 and doas 6 say in the C locale. sudo asks for a password before it says who may do nothing. */
const REFUSALS: readonly (readonly [RegExp, ErrorCode])[] = [
	[/incorrect password|try again/i, "FS-BECOME-WRONG-PASSWORD"],
	[
		/not in the sudoers file|not allowed to (execute|run)|must have a tty|Operation not permitted|Permission denied/i,
		"FS-BECOME-DENIED",
	],
	[/password is required|no password was provided|Authentication required/i, "FS-BECOME-PASSWORD"],
	[/not found|No such file or directory/i, "FS-BECOME-MISSING"],
];

/** The code of what the program said when it did not let us; FS-SSH-BECOME: something else. */
export function becomeCode(said: string): ErrorCode {
	return REFUSALS.find(([pattern]) => pattern.test(said))?.[1] ?? "FS-SSH-BECOME";
}
