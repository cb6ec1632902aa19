import type { Become } from "../model/policy.ts";

/** What the target needs to become the user; the password comes from the controller's own files, never from a policy. */
export type Becoming = Become & { readonly password?: string };

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
 * that what works once works each time, and our first line of input is read whenever we send one.
 */
export function elevations({ method, user, password }: Becoming): readonly Elevation[] {
	if (method === "doas") return [{ argv: ["doas", "-n", "-u", user, "--"], firstLine: null }];
	const sudo = ["sudo", "-k", "-H", "-u", user];
	const silent: Elevation = { argv: [...sudo, "-n", "--"], firstLine: null };
	if (password === undefined) return [silent];
	return [silent, { argv: [...sudo, "-S", "-p", "", "--"], firstLine: password }];
}
