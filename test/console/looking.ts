import { statusReport } from "../../src/console/report.ts";
import type { View } from "../../src/console/sight.ts";
import { Sight } from "../../src/console/sight.ts";
import { whyReport } from "../../src/console/why-report.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { decide } from "../../src/plan/decide.ts";
import { fleetOf, type Given, resolveTimes } from "../plan/fleet-of.ts";

/** A fleet in short, with what the core decides about it at that time. */
export function viewOf(given: unknown, now: string): View {
	return viewOn(fleetOf(resolveTimes(given) as Given), Date.parse(now));
}

export function viewOn(fleet: Fleet, now: number): View {
	const policies = [...fleet.policies.values()].map(({ policy }) => policy);
	return { fleet, decision: decide(fleet, policies, now, { sessions: 64, deliveries: 64 }), now };
}

export function status(view: View, detail: "all" | "groups" = "all") {
	const rest = { waitingFor: "waits", problems: [], uplink: new Map<string, number>(), delivered: () => 0.5 };
	return statusReport({ ...view, ...rest }, detail);
}

/** The one paragraph about the one policy. */
export function why(view: View, name: string): string {
	const machine = view.fleet.machines.get(name);
	if (!machine) throw new Error(`${name} is not in the fleet`);
	return whyReport(new Sight(view), machine, [])
		.policies.map(({ paragraph }) => paragraph)
		.join("\n");
}
