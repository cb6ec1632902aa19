import { stat } from "node:fs/promises";
import { ERROR_CODES } from "../model/error-codes.ts";
import { kindOf } from "./clear-socket-path.ts";

export interface Unreachable {
	readonly saw: string;
	readonly hint: string;
}

/** What is at the daemon's socket path instead of a daemon, and what to do about it. */
export async function whyUnreachable(path: string, error: NodeJS.ErrnoException): Promise<Unreachable> {
	switch (error.code) {
		case "ENOENT":
		case "ENOTDIR":
			return { saw: "nothing is there", hint: ERROR_CODES["FS-DAEMON-DOWN"] };
		case "EACCES":
		case "EPERM":
			return {
				saw: "permission denied",
				hint: "Run it as root, or join the group of the socket and log in anew: adduser NAME fleetseed.",
			};
		case "ECONNREFUSED":
			return refusedBy(path);
		default:
			return { saw: error.message, hint: ERROR_CODES["FS-DAEMON-DOWN"] };
	}
}

/** The kernel says the same of a file that is no socket and of a socket that its daemon has left. */
async function refusedBy(path: string): Promise<Unreachable> {
	const found = await stat(path).catch(() => null);
	if (found && !found.isSocket())
		return {
			saw: `it is ${kindOf(found)}, not a socket`,
			hint: "Name the daemon's socket by --socket or FLEETSEED_SOCKET.",
		};
	return { saw: "it is a socket that nobody listens on", hint: ERROR_CODES["FS-DAEMON-DOWN"] };
}
