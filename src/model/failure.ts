import type { ErrorCode } from "./error-codes.ts";

/** An expected failure, as a value: a stable code and one line on what was seen and where. */
export interface Failure {
	readonly code: ErrorCode;
	readonly detail: string;
}
