import type { Fleet } from "../model/fleet.ts";
import type { RolloutMachine, Totals } from "./cockpit.ts";
import type { MachineSummary } from "./machine-summary.ts";

/** What all rollouts come to, in machines and in bytes. `uplink`: bytes that the controller sent, by hex SHA-256. */
export function totalsOf(
	{ fleet, uplink }: { readonly fleet: Fleet; readonly uplink: ReadonlyMap<string, number> },
	rows: readonly RolloutMachine[],
	summaries: Iterable<MachineSummary>,
): Totals {
	const sum = { machines: 0, installed: 0, failed: 0, rolled_back: 0, left_out: 0 };
	for (const { parts, verified, failed, rolledBack } of summaries) {
		if (parts === 0) sum.left_out += 1;
		else sum.machines += 1;
		if (failed > 0) sum.failed += 1;
		else if (rolledBack > 0) sum.rolled_back += 1;
		else if (parts > 0 && verified === parts) sum.installed += 1;
	}
	const held = [...namedPackages(fleet)].flatMap((sha256) => {
		const state = fleet.packages.get(sha256);
		return state?.kind === "held" ? [{ sha256, ...state }] : [];
	});
	const sent = held.reduce((bytes, { sha256 }) => bytes + (uplink.get(sha256) ?? 0), 0);
	const received = rows.reduce((bytes, { delivery }) => bytes + (delivery?.bytes ?? 0), 0);
	return {
		...sum,
		package_bytes: held.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0),
		origin_bytes: held.reduce((bytes, { originBytes }) => bytes + originBytes, 0),
		controller_uplink_bytes: sent,
		peer_bytes: Math.max(0, received - sent),
	};
}

function namedPackages(fleet: Fleet): ReadonlySet<string> {
	return new Set([...fleet.policies.values()].flatMap(({ policy }) => policy.packages.map(({ sha256 }) => sha256)));
}
