import type { ErrorCode } from "../model/error-codes.ts";
import type { ReturnCodes } from "../model/policy.ts";

/** What an installer's exit code says; detection still has the last word on success. */
export function classifyExit(codes: ReturnCodes, exitCode: number): "success" | "retry" | "failed" {
	if (codes.retry.includes(exitCode)) return "retry";
	return [codes.success, codes.softReboot, codes.hardReboot].some((list) => list.includes(exitCode))
		? "success"
		: "failed";
}

/** Failures of contact, not of the install: the machine waits and nothing is counted against a budget. */
export function isLossOfContact(code: ErrorCode): boolean {
	return code.startsWith("FS-SSH-");
}

/** An announcement cannot mend these; only the back-off or a retry asks again. */
export function isMendedByHand(code: ErrorCode): boolean {
	return code === "FS-SSH-AUTH" || code === "FS-SSH-PROTOCOL" || code === "FS-SSH-KEY";
}
