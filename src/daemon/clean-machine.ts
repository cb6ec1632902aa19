import type { Failure } from "../model/failure.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { machineOf } from "../model/step.ts";
import type { Cleaned } from "../push/clean-machine.ts";
import { jobKey } from "../push/job-key.ts";
import type { Daemon } from "./daemon.ts";
import { accessTo, targetFor } from "./target-for.ts";

/** Removes what no policy needs from a machine. Errors: FS-MACHINE-BUSY, FS-SSH-*, FS-CLEAN-FAILED. */
export async function cleanOne(daemon: Daemon, machine: Machine, signal: AbortSignal): Promise<Cleaned | Failure> {
	const { ledger, settings, pusher } = daemon;
	const { fleet } = ledger;
	const { name } = machine;
	const step = [...fleet.running.values()].find((running) => machineOf(running.step) === name)?.step;
	if (step) return { code: "FS-MACHINE-BUSY", detail: `${name}: ${step.kind} is in flight` };
	const target = await targetFor({ ledger, settings, known: () => daemon.known() }, name, accessTo(fleet, machine));
	if ("code" in target) return target;
	const cleaned = await pusher.clean(target, { machine: name, keeping: keepingOn(fleet, name) }, signal);
	return cleaned.kind === "cleaned" ? cleaned : cleaned.failure;
}

/** Whatever a policy in force or a rollout may still install; and the record of each last attempt, which keeps it from running twice. */
function keepingOn({ policies, rollouts }: Fleet, machine: string) {
	const pinned = [...policies.values(), ...rollouts.values()].flatMap(({ policy }) => policy.packages);
	const jobs = [...rollouts.values()].flatMap(({ id, progress }) =>
		[...(progress.get(machine) ?? [])].map(([name, { attempt }]) =>
			jobKey({ machine, rollout: id, package: name, attempt }),
		),
	);
	return { packages: [...new Set(pinned.map(({ sha256 }) => sha256))], jobs };
}
