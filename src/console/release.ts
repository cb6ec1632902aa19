import { ERROR_CODES } from "../model/error-codes.ts";
import { version } from "./version.ts";

/** In each answer to who may ask at all: the release that the daemon is of. */
export const RELEASE_HEADER = "fleetseed-release";

/** "the daemon is of release 0.1.0, and this command of 0.2.0"; null: both are of one. `told`: what the daemon says of itself. */
export function releasesDiffer(told: string | string[] | undefined): string | null {
	const own = version();
	if (told === own) return null;
	const daemons = typeof told === "string" ? `release ${told}` : "a release that it does not tell";
	return `the daemon is of ${daemons}, and this command of ${own}`;
}

/** What is told where the two do not understand each other. */
export function releaseProblem(differ: string, saw: string) {
	return { code: "FS-RELEASE", message: `${differ}: ${saw}`, hint: ERROR_CODES["FS-RELEASE"] };
}
