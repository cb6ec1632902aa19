import type { Fleet } from "../model/fleet.ts";
import { machineOf } from "../model/step.ts";
import { byWhom } from "./act.ts";
import { accepted, alreadySo, type Judgement, machineUnknown, type Order } from "./judgement.ts";

export function judgeExclusion(fleet: Fleet, order: Order<"MachineExcluded" | "MachineIncluded">): Judgement {
	const machine = fleet.machines.get(order.machine);
	if (!machine) return machineUnknown(order.machine);
	const { name, excluded } = machine;
	if (order.kind === "MachineIncluded")
		return excluded ? accepted(order, `${name} takes part again`) : alreadySo(`${name} was not excluded`);
	if (excluded) return alreadySo(`${name} is excluded already, by ${byWhom(excluded)}`);
	const isBusy = [...fleet.running.values()].some(({ step }) => machineOf(step) === name);
	const ends = isBusy ? "; what is in flight on it ends" : "";
	return accepted(
		order,
		`${name} is excluded from every rollout${ends}; let it take part again with: fleetseed include ${name}`,
	);
}
