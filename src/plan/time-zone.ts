import type { Policy } from "../model/policy.ts";

/** The zone in which people are told the policy's times: its schedule's, else its first window's. */
export function timeZoneOf({ schedule, maintenanceWindows }: Policy): string {
	if (schedule.kind === "cron") return schedule.timeZone;
	return maintenanceWindows[0]?.timeZone ?? "UTC";
}
