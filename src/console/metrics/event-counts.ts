import { Counter, Histogram, type Registry } from "prom-client";
import type { Event, Outcome } from "../../model/event.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { Step } from "../../model/step.ts";
import { classifyExit } from "../../plan/outcome-class.ts";
import { rolloutOf } from "../../plan/task.ts";

const DELIVERY_SECONDS = [1, 5, 15, 60, 300, 900, 3600, 14_400];
const TIMES_FLOOR = [1.05, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50];

/** Counts what is written into the journal, from the daemon's start on. */
export class EventCounts {
	readonly #events;
	readonly #steps;
	readonly #installs;
	readonly #installRetries;
	readonly #reboots;
	readonly #sshFailures;
	readonly #packageBytes;
	readonly #downloadBytes;
	readonly #deliverySeconds;
	readonly #timesFloor;

	constructor(registry: Registry) {
		const registers = [registry];
		const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
			new Counter({ name: `fleetseed_${name}`, help, labelNames, registers });
		this.#events = counter("events_total", "Events written into the journal.", ["kind"]);
		this.#steps = counter("steps_total", "Steps that ended, by what came of them: an outcome or an error code.", [
			"step",
			"outcome",
		]);
		this.#installs = counter("installs_total", "Installers that ended, by what their exit codes mean in the policy.", [
			"policy",
			"outcome",
		]);
		this.#installRetries = counter("install_retries_total", "Installs begun that were not a machine's first attempt.");
		this.#reboots = counter("reboots_total", "Reboots that ended: proven by a new boot, or failed.", ["outcome"]);
		this.#sshFailures = counter("ssh_failures_total", "Steps that SSH ended, by error code.", ["code"]);
		this.#packageBytes = counter("delivered_bytes_total", "Bytes of packages that machines received, by sender.", [
			"sender",
		]);
		this.#downloadBytes = counter("download_bytes_total", "Bytes that the controller received from origins.");
		this.#deliverySeconds = new Histogram({
			name: "fleetseed_delivery_duration_seconds",
			help: "How long a delivery took.",
			labelNames: ["method"],
			buckets: DELIVERY_SECONDS,
			registers,
		});
		this.#timesFloor = new Histogram({
			name: "fleetseed_delivery_floor_ratio",
			help: "A delivery's time as a multiple of the shortest that its links and limits allowed.",
			labelNames: ["method"],
			buckets: TIMES_FLOOR,
			registers,
		});
	}

	/** `fleet`: as it was before them. */
	count(events: readonly Event[], fleet: Fleet): void {
		for (const event of events) {
			this.#events.inc({ kind: event.kind });
			if (event.kind === "StepStarted" && event.step.kind === "install" && event.step.attempt > 1)
				this.#installRetries.inc();
			if (event.kind === "StepInterrupted") this.#steps.inc({ step: event.step.kind, outcome: "interrupted" });
			if (event.kind === "StepFinished") this.#finished(event.step, event.outcome, fleet);
		}
	}

	#finished(step: Step, outcome: Outcome, fleet: Fleet): void {
		const code = outcome.kind === "failed" ? outcome.failure.code : null;
		this.#steps.inc({ step: step.kind, outcome: code ?? outcome.kind });
		if (code?.startsWith("FS-SSH-")) this.#sshFailures.inc({ code });
		if (step.kind === "reboot") this.#reboots.inc({ outcome: code === null ? "proven" : "failed" });
		if (outcome.kind === "exited") this.#exited(step, outcome.exitCode, fleet);
		if (outcome.kind === "acquired") this.#downloadBytes.inc(outcome.originBytes);
		if (outcome.kind === "delivered") this.#delivered(outcome);
	}

	#exited(step: Step, exitCode: number, fleet: Fleet): void {
		if (step.kind !== "install" && step.kind !== "follow") return;
		const policy = rolloutOf(fleet, step.rollout)?.policy;
		const spec = policy?.packages.find(({ name }) => name === step.package);
		// The rollout has been replaced meanwhile: nothing says what its codes meant.
		if (!policy || !spec) return;
		this.#installs.inc({ policy: policy.name, outcome: classifyExit(spec.returnCodes, exitCode) });
	}

	#delivered({ method, bytes, durationMs, floorMs, sourceBytes, peerBytes }: Extract<Outcome, { kind: "delivered" }>) {
		if (method === "already_staged") return;
		this.#packageBytes.inc({ sender: "controller" }, sourceBytes ?? Math.max(0, bytes - (peerBytes ?? 0)));
		this.#packageBytes.inc({ sender: "peers" }, peerBytes ?? 0);
		this.#deliverySeconds.observe({ method }, durationMs / 1000);
		if (floorMs) this.#timesFloor.observe({ method }, durationMs / floorMs);
	}
}
