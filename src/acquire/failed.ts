import type { ErrorCode } from "../model/error-codes.ts";
import type { Failure } from "../model/failure.ts";

export interface Failed {
	readonly kind: "failed";
	readonly failure: Failure;
}

export function failed(code: ErrorCode, detail: string): Failed {
	return { kind: "failed", failure: { code, detail } };
}
