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
	return /^FS-(SSH|BECOME|CREDENTIAL)-/.test(code);
}

/** A command may have reached the machine before. */
const AFTER_CONTACT: ReadonlySet<ErrorCode> = new Set([
	"FS-SSH-LOST",
	"FS-SSH-IDLE",
	"FS-SSH-COMMAND-TIMEOUT",
	"FS-SSH-FLOOD",
	"FS-SSH-STEP-TIMEOUT",
	"FS-SSH-SESSIONS",
]);

/** Nothing reached the machine: the connection failed before any command was sent. */
export function isNeverConnected(code: ErrorCode): boolean {
	return isLossOfContact(code) && !AFTER_CONTACT.has(code);
}

const MENDED_BY_HAND: ReadonlySet<ErrorCode> = new Set([
	"FS-SSH-AUTH",
	"FS-SSH-AUTH-FAILURES",
	"FS-SSH-PASSWORD",
	"FS-SSH-METHODS",
	"FS-SSH-AGENT",
	"FS-SSH-EXPIRED",
	"FS-SSH-SHELL",
	"FS-SSH-FLOOD",
	"FS-SSH-BECOME",
	"FS-SSH-PROTOCOL",
	"FS-SSH-KEY",
	"FS-SSH-PASSPHRASE",
	"FS-SSH-CONFIG",
	"FS-SSH-HOSTKEY-REVOKED",
	"FS-SSH-HOSTKEY-UNKNOWN",
	"FS-SSH-JUMP-HOSTKEY",
	"FS-SSH-HELPER",
	"FS-SSH-SFTP",
]);

/** An announcement cannot mend these; only the back-off or a retry asks again. */
export function isMendedByHand(code: ErrorCode): boolean {
	return MENDED_BY_HAND.has(code) || /^FS-(BECOME|CREDENTIAL)-/.test(code);
}
