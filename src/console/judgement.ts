import type { OperatorEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { Fleet } from "../model/fleet.ts";
import { byWhom } from "./act.ts";

/** `event` null: it is so already, and there is nothing to record. */
export type Judgement =
	| { readonly kind: "accepted"; readonly event: OperatorEvent | null; readonly message: string }
	| { readonly kind: "refused"; readonly failure: Failure };

/** What people can order, by its kind. */
export type Order<Kind extends OperatorEvent["kind"]> = Extract<OperatorEvent, { kind: Kind }>;

export function accepted(event: OperatorEvent, message: string): Judgement {
	return { kind: "accepted", event, message };
}

export function alreadySo(message: string): Judgement {
	return { kind: "accepted", event: null, message };
}

/** It makes no sense as things stand. */
export function refused(detail: string): Judgement {
	return { kind: "refused", failure: { code: "FS-API-REQUEST", detail } };
}

export function policyUnknown(name: string): Judgement & { readonly kind: "refused" } {
	const detail = `${name}: no policy of this name is in force`;
	return { kind: "refused", failure: { code: "FS-POLICY-UNKNOWN", detail } };
}

export function machineUnknown(name: string): Judgement & { readonly kind: "refused" } {
	return {
		kind: "refused",
		failure: { code: "FS-MACHINE-UNKNOWN", detail: `${name}: no machine of this name is known` },
	};
}

/** What keeps it from going on all the same: pause wins over everything. */
export function butPaused(fleet: Fleet, policy: string | null): string {
	if (fleet.pause) return `; everything is paused by ${byWhom(fleet.pause)}, go on with: fleetseed resume`;
	const pause = policy === null ? null : fleet.policies.get(policy)?.pause;
	return pause ? `; ${policy} is paused by ${byWhom(pause)}, go on with: fleetseed resume ${policy}` : "";
}
