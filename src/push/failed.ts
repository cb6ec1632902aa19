import type { ErrorCode } from "../model/error-codes.ts";
import type { Outcome } from "../model/event.ts";

export type Failed = Extract<Outcome, { readonly kind: "failed" }>;

export function failed(code: ErrorCode, detail: string): Failed {
	return { kind: "failed", failure: { code, detail } };
}
