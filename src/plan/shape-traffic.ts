import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Bandwidth, PackageShape, Rates, Shape } from "../model/traffic.ts";
import { awaitedPackages, packagesOfLatecomers } from "./awaited-packages.ts";
import type { Decision } from "./decide.ts";
import { windowSpan } from "./windows.ts";

const NO_LIMIT: Rates = { up: null, down: null };

export interface Traffic {
	/** For the swarm. */
	readonly shape: Shape;
	/** What the controller may download from origins. */
	readonly downloadBytesPerSecond: number | null;
	/** When a window opens or closes; null: time alone changes nothing. */
	readonly wakeAt: number | null;
}

/** How fast packages may move now, and which machines are still on their way to them. A function of its arguments alone. */
export function shapeTraffic(
	fleet: Fleet,
	{ controller, decision }: { readonly controller: Bandwidth; readonly decision: Decision },
	now: number,
): Traffic {
	const own = ratesAt(controller, now);
	const limits = limitsByPackage(fleet, now);
	const awaited = awaitedPackages(fleet, decision);
	const late = packagesOfLatecomers(fleet, decision);
	const held = [...fleet.packages].flatMap(([sha256, { kind }]) => (kind === "held" ? [sha256] : []));
	const packages = held.map((sha256): PackageShape => {
		const rates = limits.get(sha256) ?? NO_LIMIT;
		return { sha256, ...rates, awaitedBy: awaited.get(sha256) ?? [], hasLatecomers: late.has(sha256) };
	});
	return {
		shape: { uploadBytesPerSecond: own.up, packages },
		downloadBytesPerSecond: own.down,
		wakeAt: nextChange(
			[controller, ...[...fleet.rollouts.values()].flatMap((each) => limitOf(fleet, each) ?? [])],
			now,
		),
	};
}

/** Of several rollouts that bring the same package, the strictest limit. */
function limitsByPackage(fleet: Fleet, now: number): ReadonlyMap<string, Rates> {
	const limits = new Map<string, Rates>();
	for (const rollout of fleet.rollouts.values()) {
		const bandwidth = limitOf(fleet, rollout);
		const rates = bandwidth ? ratesAt(bandwidth, now) : NO_LIMIT;
		for (const { sha256 } of rollout.policy.packages) limits.set(sha256, stricter(limits.get(sha256), rates));
	}
	return limits;
}

/** The policy in force says it, also of what an earlier revision has begun. */
function limitOf(fleet: Fleet, { policy }: Rollout): Bandwidth | undefined {
	return (fleet.policies.get(policy.name)?.policy ?? policy).bandwidth;
}

function ratesAt(bandwidth: Bandwidth, now: number): Rates {
	const { up, down } = bandwidth.windows.find((window) => windowSpan(window, now).isOpen) ?? bandwidth;
	return { up, down };
}

function stricter(one: Rates = NO_LIMIT, other: Rates): Rates {
	return { up: least(one.up, other.up), down: least(one.down, other.down) };
}

function least(one: number | null, other: number | null): number | null {
	if (one === null || other === null) return one ?? other;
	return Math.min(one, other);
}

function nextChange(bandwidths: readonly Bandwidth[], now: number): number | null {
	const changes = bandwidths.flatMap(({ windows }) =>
		windows.flatMap((window) => windowSpan(window, now).changesAt ?? []),
	);
	return changes.length === 0 ? null : Math.min(...changes);
}
