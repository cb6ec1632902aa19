import { acquire } from "../acquire/acquire.ts";
import type { Progress } from "../acquire/job.ts";
import type { Outcome } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { PackageSpec, Policy } from "../model/policy.ts";
import type { AcquireStep, FactsStep, MachineStep, RebootStep, Step } from "../model/step.ts";
import { rolloutOf } from "../plan/task.ts";
import type { Task } from "../push/pusher.ts";
import { performDelivery } from "./perform-delivery.ts";
import type { Performers, Push } from "./performers.ts";
import { stepLimitMs, withinLimit } from "./step-deadline.ts";
import { targetFor } from "./target-for.ts";
import { tidyStore } from "./tidy-store.ts";

/** Does a step by the room that can, and says what came of it. */
export function perform(performers: Performers, step: Step, signal: AbortSignal): Promise<Outcome> {
	switch (step.kind) {
		case "begin":
		case "soak":
		case "promote":
		case "queue":
		case "miss":
		case "halt":
		case "give_up":
			return Promise.resolve({ kind: "recorded" });
		case "acquire":
			return performAcquire(performers, step, signal);
		case "read_facts":
			return performFacts(performers, step, signal);
		case "reboot":
			return performReboot(performers, step, signal);
		default:
			return performOnMachine(performers, step, signal);
	}
}

async function performAcquire(performers: Performers, step: AcquireStep, signal: AbortSignal): Promise<Outcome> {
	const { store, ledger, onAcquiring, downloadLimit: limit } = performers;
	const { sha256 } = step;
	// A rollout that goes back installs what no policy in force names any more.
	const pinned = [...ledger.fleet.policies.values(), ...ledger.fleet.rollouts.values()];
	const specs = pinned.flatMap(({ policy }) => policy.packages);
	const named = specs.filter((spec) => spec.sha256 === sha256);
	const sources = [...new Set(named.flatMap(({ source }) => [source.url, ...source.mirrors]))];
	// What a killed or failed try brought crossed the uplink too.
	const earlierBytes = await store.partialBytes(sha256);
	const onProgress = (progress: Progress) => onAcquiring(sha256, progress);
	const outcome = await acquire(store, { sha256, sources, signal, onProgress, limit });
	await tidyStore(performers);
	return outcome.kind === "acquired" ? { ...outcome, originBytes: earlierBytes + outcome.originBytes } : outcome;
}

async function performFacts(performers: Performers, step: FactsStep, signal: AbortSignal): Promise<Outcome> {
	const { ledger, pusher } = performers;
	const policy = ledger.fleet.policies.get(step.policy)?.policy;
	if (!policy) return failed({ code: "FS-FACTS-FAILED", detail: `${step.policy} is no longer in force` });
	const target = await targetFor(performers, step.machine, policy);
	if ("code" in target) return failed(target);
	const within = { machine: step.machine, limitMs: stepLimitMs(step, 0), signal };
	return withinLimit(within, async (ending) => (await pusher.readFacts(target, step, ending)).outcome);
}

async function performReboot(performers: Performers, step: RebootStep, signal: AbortSignal): Promise<Outcome> {
	const { ledger, pusher, now } = performers;
	const policy = rolloutOf(ledger.fleet, step.rollout)?.policy;
	if (!policy) return failed({ code: "FS-REBOOT-REFUSED", detail: `${step.rollout} is no longer current` });
	const target = await targetFor(performers, step.machine, policy);
	if ("code" in target) return failed(target);
	return (await pusher.reboot(target, { step, reboot: policy.reboot, now }, signal)).outcome;
}

async function performOnMachine(performers: Performers, step: MachineStep, signal: AbortSignal): Promise<Outcome> {
	const place = locate(performers, step);
	if ("code" in place) return failed(place);
	const target = await targetFor(performers, step.machine, place.policy);
	if ("code" in target) return failed(target);
	const { hooks } = place.policy;
	const mayDowngrade = place.isRestoring ? { mayDowngrade: true as const } : {};
	const task: Task = { spec: place.spec, ref: step, ...mayDowngrade, ...(hooks ? { hooks } : {}) };
	const within = { machine: step.machine, limitMs: stepLimitMs(step, place.spec.install.timeoutMs), signal };
	return withinLimit(within, (ending) =>
		pushAndKeep(performers, { step, policy: place.policy, target, task, signal: ending }),
	);
}

/** What the installer printed is in the journal, however it ended. */
async function pushAndKeep(performers: Performers, pushing: Push): Promise<Outcome> {
	const { outcome, output } = await push(performers, pushing);
	const { step } = pushing;
	if (output && output.totalBytes > 0) {
		const { machine, rollout, package: name, attempt, kind } = step;
		const ref = { machine, rollout, package: name, attempt, kind };
		performers.journal.keepOutput({ at: performers.now(), ...ref, ...output });
	}
	return outcome;
}

function push(performers: Performers, pushing: Push) {
	const { step, target, task, signal } = pushing;
	switch (step.kind) {
		case "inspect":
			return performers.pusher.inspect(target, task, signal);
		case "deliver":
			return performDelivery(performers, pushing);
		case "install":
			return performers.pusher.install(target, task, signal);
		case "follow":
			return performers.pusher.follow(target, task, signal);
	}
}

interface Place {
	readonly policy: Policy;
	readonly spec: PackageSpec;
	/** An older version than the one that is there may be what is wanted. */
	readonly isRestoring: boolean;
}

/** The step's nouns in the fleet; a step whose rollout has been replaced meanwhile is not done. */
function locate({ ledger }: Performers, step: MachineStep): Place | Failure {
	const rollout = rolloutOf(ledger.fleet, step.rollout);
	const spec = rollout?.policy.packages.find(({ name }) => name === step.package);
	if (!rollout || !spec) return { code: "FS-DETECT-FAILED", detail: `${step.rollout} is no longer current` };
	return { policy: rollout.policy, spec, isRestoring: rollout.restores !== undefined };
}

function failed(failure: Failure): Outcome {
	return { kind: "failed", failure };
}
