import type { ErrorCode } from "../model/error-codes.ts";

/** Why the API cannot listen: something that an administrator can mend. */
export class CannotListen extends Error {
	readonly code: Extract<ErrorCode, "FS-CONFIG" | "FS-DAEMON-RUNNING">;

	constructor(saw: string, code: CannotListen["code"]) {
		super(`${saw} (${code})`);
		this.code = code;
	}
}
