import type { Act } from "./cockpit.ts";
import { iso } from "./time-text.ts";

export function actOf(act: { readonly by: string; readonly at: number; readonly reason: string }): Act {
	return { by: act.by, reason: act.reason, at: iso(act.at) };
}

/** "eve: the disk is broken" */
export function byWhom({ by, reason }: { readonly by: string; readonly reason: string }): string {
	return reason === "" ? by : `${by}: ${reason}`;
}
