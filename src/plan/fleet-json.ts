import type { AppliedPolicy, Fleet, PackageState, Pause, Reboot, Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import type { Step } from "../model/step.ts";
import { identitiesOf } from "./identities.ts";

/**
 * The number of this shape and of what `applyEvent` makes of it. Whoever changes `Fleet`, or what an event does to it, counts
 * on: fleets that were kept before are then folded anew from their events.
 */
export const FLEET_FORMAT = 5;

type Entries<V> = readonly (readonly [string, V])[];
/** Where the policy stands in `shared`: policies that are one object in the fleet are one again after reading, since caches are kept by identity. */
type Place = number;

/** A fleet as plain JSON: maps as lists of entries and sets as lists, in their order. */
export interface FleetJson {
	readonly shared: readonly Policy[];
	readonly machines: Entries<Machine>;
	readonly policies: Entries<Omit<AppliedPolicy, "policy"> & { readonly policy: Place }>;
	readonly packages: Entries<PackageState>;
	readonly rollouts: Entries<RolloutJson>;
	readonly running: Entries<{ readonly step: Step; readonly at: number }>;
	readonly pause: Pause | null;
}

type Collections = "promotedRings" | "soaks" | "promotions" | "givenUp" | "reboots" | "progress" | "restores";

interface RolloutJson extends Omit<Rollout, "policy" | "previous" | Collections> {
	readonly policy: Place;
	readonly previous?: Place;
	readonly promotedRings: readonly string[];
	readonly soaks: Entries<number>;
	readonly promotions: Entries<{ readonly by: string; readonly at: number }>;
	readonly givenUp: Entries<"skipped" | "failed">;
	readonly reboots: Entries<Reboot>;
	readonly progress: Entries<Entries<Task>>;
	readonly restores?: Omit<NonNullable<Rollout["restores"]>, "machines"> & { readonly machines: readonly string[] };
}

/** What `fleetFromJson` reads back as an equal fleet. The value shares its parts with the fleet: it is for writing at once. */
export function fleetToJson(fleet: Fleet): FleetJson {
	const places = new Map<Policy, Place>();
	const placeOf = (policy: Policy): Place => {
		const place = places.get(policy) ?? places.size;
		places.set(policy, place);
		return place;
	};
	const policies = mapEntries(fleet.policies, (applied) => ({ ...applied, policy: placeOf(applied.policy) }));
	const rollouts = mapEntries(fleet.rollouts, (rollout) => rolloutToJson(rollout, placeOf));
	return {
		shared: [...places.keys()],
		machines: [...fleet.machines],
		policies,
		packages: [...fleet.packages],
		rollouts,
		running: [...fleet.running],
		pause: fleet.pause,
	};
}

function rolloutToJson(rollout: Rollout, placeOf: (policy: Policy) => Place): RolloutJson {
	const { policy, previous, restores, ...rest } = rollout;
	return {
		...rest,
		policy: placeOf(policy),
		...(previous ? { previous: placeOf(previous) } : {}),
		...(restores ? { restores: { ...restores, machines: [...restores.machines] } } : {}),
		promotedRings: [...rollout.promotedRings],
		soaks: [...rollout.soaks],
		promotions: [...rollout.promotions],
		givenUp: [...rollout.givenUp],
		reboots: [...rollout.reboots],
		progress: mapEntries(rollout.progress, (tasks) => [...tasks]),
	};
}

/** The fleet that was written with this `FLEET_FORMAT`; throws when a policy is missing. */
export function fleetFromJson(json: FleetJson): Fleet {
	const policyAt = (place: Place): Policy => {
		const policy = json.shared[place];
		if (!policy) throw new Error(`the fleet names policy ${place} of ${json.shared.length}`);
		return policy;
	};
	return {
		machines: new Map(json.machines),
		identities: identitiesOf(json.machines.map(([, machine]) => machine)),
		policies: new Map(mapEntries(json.policies, (applied) => ({ ...applied, policy: policyAt(applied.policy) }))),
		packages: new Map(json.packages),
		rollouts: new Map(mapEntries(json.rollouts, (rollout) => rolloutFromJson(rollout, policyAt))),
		running: new Map(json.running),
		pause: json.pause,
	};
}

function rolloutFromJson(json: RolloutJson, policyAt: (place: Place) => Policy): Rollout {
	const { policy, previous, restores, ...rest } = json;
	return {
		...rest,
		policy: policyAt(policy),
		...(previous === undefined ? {} : { previous: policyAt(previous) }),
		...(restores ? { restores: { ...restores, machines: new Set(restores.machines) } } : {}),
		promotedRings: new Set(json.promotedRings),
		soaks: new Map(json.soaks),
		promotions: new Map(json.promotions),
		givenUp: new Map(json.givenUp),
		reboots: new Map(json.reboots),
		progress: new Map(mapEntries(json.progress, (tasks) => new Map(tasks))),
	};
}

function mapEntries<A, B>(entries: Iterable<readonly [string, A]>, change: (value: A) => B): Entries<B> {
	return Array.from(entries, ([key, value]) => [key, change(value)] as const);
}
