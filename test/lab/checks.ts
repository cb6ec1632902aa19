import type { StatusReport } from "../../src/console/cockpit.ts";
import { RINGS } from "./controller-files.ts";
import type { Evidence } from "./evidence.ts";
import type { Traffic } from "./traffic.ts";
import { firstRingVerifiedAt } from "./trial.ts";

/** Claims by name, each true when it holds. */
export type Checks = Readonly<Record<string, boolean>>;

const MAX_UPLINK = 3;

/** The claims that every scenario makes about the machines that were to be installed. */
export function checkInstalled(evidence: readonly Evidence[]): Checks {
	return {
		all_installed: evidence.every(({ isInstalled }) => isInstalled),
		installer_ran_once: evidence.every((each) => each.installerRuns.length === 1 && each.unpacked === 1),
	};
}

export function checkTraffic({ originBytes, controllerUplinkBytes }: Traffic, sizeBytes: number): Checks {
	return {
		origin_sent_once: originBytes === sizeBytes,
		uplink_within_limit: controllerUplinkBytes <= MAX_UPLINK * sizeBytes,
	};
}

/**
 * By the machines' own logs alone, and against the journal: nothing started in ring two before ring one was both installed
 * and verified. dpkg's log is rounded down to the second, which is why the journal's time is asked for as well.
 */
export function checkRingOrder(evidence: readonly Evidence[], status: StatusReport): Checks {
	const rows = status.rollouts.flatMap(({ machines }) => machines);
	const inRing = (name: string) =>
		evidence.filter(({ machine }) => rows.some((row) => row.machine === machine && row.ring === name));
	const first = inRing(RINGS.first);
	const second = inRing(RINGS.second).filter(({ installerRuns }) => installerRuns.length > 0);
	const secondStarted = Math.min(...second.flatMap(({ installerRuns }) => installerRuns));
	const firstInstalled = Math.max(...first.map(({ installedAt }) => installedAt ?? Number.POSITIVE_INFINITY));
	const firstVerified = firstRingVerifiedAt(status);
	const isMeasured = first.length > 0 && second.length > 0;
	return {
		ring_two_after_ring_one_installed: isMeasured && secondStarted >= firstInstalled,
		ring_two_after_ring_one_verified: isMeasured && firstVerified !== null && secondStarted > firstVerified,
	};
}
