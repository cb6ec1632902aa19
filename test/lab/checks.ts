import type { StatusReport } from "../../src/console/cockpit.ts";
import { RINGS } from "./controller-files.ts";
import type { Evidence } from "./evidence.ts";
import type { Traffic } from "./traffic.ts";
import { firstRingVerifiedAt } from "./trial.ts";

/** Claims by name, each true when it holds. */
export type Checks = Readonly<Record<string, boolean>>;

const MAX_UPLINK = 3;
/**
 * What a reader killed with SIGKILL may leave unread in buffers (the daemon's, both kernels', the shaped cable's) after
 * nginx has counted it as sent: 130 to 260 kB were seen. A download begun anew instead of resumed costs far more.
 */
const IN_FLIGHT_BYTES = 1024 * 1024;

/** The claims that every scenario makes about the machines that were to be installed. */
export function checkInstalled(evidence: readonly Evidence[]): Checks {
	return {
		all_installed: evidence.length > 0 && evidence.every(({ isInstalled }) => isInstalled),
		installer_ran_once: evidence.every((each) => each.installerRuns.length === 1 && each.unpacked === 1),
	};
}

/** Of a daemon that was not killed, the origin's count is exact. */
export function checkOrigin({ originBytes }: Traffic, sizeBytes: number, kills: number): Checks {
	if (kills === 0) return { origin_sent_once: originBytes === sizeBytes };
	const resentBytes = originBytes - sizeBytes;
	return { origin_resent_only_what_was_in_flight: resentBytes >= 0 && resentBytes <= kills * IN_FLIGHT_BYTES };
}

export function checkUplink({ controllerUplinkBytes }: Traffic, sizeBytes: number): Checks {
	return { uplink_within_limit: controllerUplinkBytes <= MAX_UPLINK * sizeBytes };
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
