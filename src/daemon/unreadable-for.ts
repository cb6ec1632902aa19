import { execFile } from "node:child_process";

/** Prints those that cannot be read, each ended by a NUL; of a folder, what is in it as well. */
const LOOK =
	'for path; do test -r "$path" && { ! test -d "$path" || test -x "$path"; } || printf "%s\\0" "$path"; done';

/**
 * Which of the files and folders a user may not read, whatever keeps it from it: modes, groups, access lists, folders on the way. Only root
 * can know of another user; where it cannot be known, as where there is no such user, there are none.
 */
export function unreadableFor(user: string, paths: readonly string[]): Promise<readonly string[]> {
	if (process.getuid?.() !== 0) return Promise.resolve([]);
	const argv = ["-u", user, "--", "/bin/sh", "-c", LOOK, "sh", ...paths];
	return new Promise((resolve) => {
		execFile("runuser", argv, { cwd: "/", timeout: 10_000 }, (error, stdout) => {
			resolve(error ? [] : stdout.split("\0").filter((path) => path !== ""));
		});
	});
}
