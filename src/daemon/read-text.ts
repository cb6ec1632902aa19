import { readFile } from "node:fs/promises";
import type { ErrorCode } from "../model/error-codes.ts";
import type { Problem } from "../policy/document.ts";

/** The file's text, or the one problem that it cannot be read. */
export async function readText(file: string, code: ErrorCode): Promise<string | Problem> {
	return readFile(file, "utf8").catch((error: Error) => unreadable(file, code, error));
}

/** A problem of a whole file or folder has the place 1:1. */
export function unreadable(file: string, code: ErrorCode, error: Error): Problem {
	return { code, file, line: 1, column: 1, path: "", expected: "to be readable", saw: error.message };
}
