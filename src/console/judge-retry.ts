import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { applyEvent } from "../plan/apply-event.ts";
import { machineStanding } from "../plan/seat.ts";
import { byWhom } from "./act.ts";
import { counted } from "./counted.ts";
import {
	accepted,
	butPaused,
	type Judgement,
	machineUnknown,
	type Order,
	policyUnknown,
	refused,
} from "./judgement.ts";

type Retry = Order<"RetryRequested" | "PolicyRetryRequested" | "PackageRetryRequested">;

export function judgeRetry(fleet: Fleet, order: Retry, now: number): Judgement {
	switch (order.kind) {
		case "RetryRequested":
			return retryMachine(fleet, order, now);
		case "PolicyRetryRequested":
			return retryPolicy(fleet, order, now);
		case "PackageRetryRequested":
			return retryPackage(fleet, order);
	}
}

function retryMachine(fleet: Fleet, order: Order<"RetryRequested">, now: number): Judgement {
	const { machine: name } = order;
	const machine = fleet.machines.get(name);
	if (!machine) return machineUnknown(name);
	if (machine.excluded)
		return refused(`${name} is excluded by ${byWhom(machine.excluded)}; first: fleetseed include ${name}`);
	const isOpen = (rollout: Rollout) => !["verified", "not_applicable"].includes(machineStanding(rollout, machine, now));
	const open = [...fleet.rollouts.values()].filter(isOpen);
	if (!open.some((rollout) => rollout.progress.has(name) || rollout.givenUp.has(name)) && !isAway(machine))
		return refused(`${name}: nothing has failed and nothing waits to be tried again`);
	const halted = open.flatMap(({ halt, policy }) => (halt ? [policy.name] : []));
	const but = halted.map((policy) => `; the run of ${policy} was aborted, ${liftedBy(policy)}`).join("");
	return accepted(order, `${name} is tried again now${but}${butPaused(fleet, null)}`);
}

function isAway({ presence, factsFailure }: Machine): boolean {
	return presence.kind === "unreachable" || presence.kind === "silent" || factsFailure !== undefined;
}

function retryPolicy(fleet: Fleet, order: Order<"PolicyRetryRequested">, now: number): Judgement {
	const { policy, only } = order;
	if (!fleet.policies.has(policy)) return policyUnknown(policy);
	const rollout = fleet.rollouts.get(policy);
	if (!rollout) return refused(`no run of ${policy} has begun`);
	const isLifting = rollout.halt !== undefined && only.includes("not_started");
	if (rollout.halt && !isLifting)
		return refused(
			`the run of ${policy} was aborted by ${byWhom({ ...rollout.halt, reason: rollout.halt.why })}; ${liftedBy(policy)}`,
		);
	const after = applyEvent(fleet, { ...order, at: now }).rollouts.get(policy);
	const many = after ? retriedMachines(rollout, after) : 0;
	if (many === 0 && !isLifting) return refused(`no machine of ${policy} is in one of these states: ${only.join(", ")}`);
	const lifted = isLifting ? `the run of ${policy} goes on, ` : "";
	return accepted(
		order,
		`${lifted}${counted(many, "machine")} of ${policy} to be tried again now${butPaused(fleet, policy)}`,
	);
}

function liftedBy(policy: string): string {
	return `go on with: fleetseed retry --policy ${policy} --only failed,waiting,not_started`;
}

function retriedMachines(before: Rollout, after: Rollout): number {
	const names = new Set([...before.progress.keys(), ...before.givenUp.keys()]);
	const isRetried = (name: string) =>
		after.progress.get(name) !== before.progress.get(name) || after.givenUp.get(name) !== before.givenUp.get(name);
	return [...names].filter(isRetried).length;
}

function retryPackage({ packages }: Fleet, order: Order<"PackageRetryRequested">): Judgement {
	const state = packages.get(order.sha256);
	if (state === undefined || state.kind === "held")
		return refused(`${order.sha256}: no package with this SHA-256 waits for a retry`);
	return accepted(order, "the package is downloaded again now");
}
