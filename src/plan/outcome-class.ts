import type { ErrorCode } from "../model/error-codes.ts";
import type { ReturnCodes } from "../model/policy.ts";

export type ExitClass = "success" | "soft_reboot" | "hard_reboot" | "retry" | "failed";

/** What an installer's exit code says; detection still has the last word on success. */
export function classifyExit(codes: ReturnCodes, exitCode: number): ExitClass {
	if (codes.retry.includes(exitCode)) return "retry";
	if (codes.hardReboot.includes(exitCode)) return "hard_reboot";
	if (codes.softReboot.includes(exitCode)) return "soft_reboot";
	return codes.success.includes(exitCode) ? "success" : "failed";
}

/** Failures of contact, not of the install: the machine waits and nothing is counted against a budget. */
export function isLossOfContact(code: ErrorCode): boolean {
	return code.startsWith("FS-SSH-");
}

/** Nothing reached the machine: the connection failed before any command was sent. */
export function isNeverConnected(code: ErrorCode): boolean {
	return isLossOfContact(code) && code !== "FS-SSH-LOST";
}

/** An announcement cannot mend these; only the back-off or a retry asks again. */
export function isMendedByHand(code: ErrorCode): boolean {
	return code === "FS-SSH-AUTH" || code === "FS-SSH-BECOME" || code === "FS-SSH-PROTOCOL" || code === "FS-SSH-KEY";
}
