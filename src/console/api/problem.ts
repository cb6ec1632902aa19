import { ERROR_CODES, type ErrorCode } from "../../model/error-codes.ts";

/** What the API answers instead of what was asked for. */
export function problem(code: ErrorCode, message: string) {
	return { code, message, hint: ERROR_CODES[code] };
}

export function unknownMachine(name: string) {
	return problem("FS-MACHINE-UNKNOWN", `${name}: no machine of this name is known`);
}

export function unknownPolicy(name: string) {
	return problem("FS-POLICY-UNKNOWN", `${name}: no policy of this name is in force`);
}
