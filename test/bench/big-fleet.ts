import type { Event } from "../../src/model/event.ts";
import type { Policy } from "../../src/model/policy.ts";
import { policyOf } from "../plan/fleet-of.ts";

/** two: every machine is selected by two of the policies.   all: by each of them. */
export type Selection = "two" | "all";

export const POLICIES = 20;

interface Wanted {
	readonly selection: Selection;
	/** Counts on with each new version of the package. */
	readonly version?: number;
	/** Installs that one policy may run at once. */
	readonly concurrency?: number;
}

/** Twenty policies with a canary ring of 5 % and a rest. */
export function bigPolicies({ selection, version = 1, concurrency = 50 }: Wanted): readonly Policy[] {
	return Array.from({ length: POLICIES }, (_, index) =>
		policyOf({
			policy: {
				name: `policy-${index}`,
				revision: `${version}-${index}`.padStart(64, "0").split("").reverse().join(""),
				packages: [{ name: "app", sha256: `${version}${index}`.padStart(64, "0") }],
				targets: selection === "two" ? { groups: [`group-${index}`], match: "*" } : { match: "*" },
				rollout: {
					maxConcurrency: { kind: "absolute", value: concurrency },
					rings: [
						{ name: "canary", members: { kind: "percentage", percentage: 5 }, successThreshold: 80 },
						{ name: "rest", successThreshold: 80 },
					],
				},
			},
		}),
	);
}

export function policyEvents(policies: readonly Policy[], at: number): readonly Event[] {
	return policies.map((policy) => ({ kind: "PolicyApplied", policy, source: `${policy.name}.yaml`, at }));
}

/** Every machine seen and approved, in two of the twenty groups each: two events a machine. */
export function machineEvents(count: number, at: number): readonly Event[] {
	return Array.from({ length: count }, (_, index): readonly Event[] => {
		const machine = `machine-${String(index).padStart(6, "0")}`;
		const groups = [`group-${index % POLICIES}`, `group-${(index * 7 + 3) % POLICIES}`];
		const hostKeys = [{ type: "ssh-ed25519", fingerprint: `SHA256:${machine}` }];
		return [
			{ kind: "MachineSeen", machine, address: addressOf(index), port: 22, source: "mdns", groups, labels: {}, at },
			{ kind: "MachineApproved", machine, hostKeys, by: "eve", at },
		];
	}).flat();
}

function addressOf(index: number): string {
	return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}
