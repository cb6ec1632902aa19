import { isDeepStrictEqual } from "node:util";
import type { DownloadLimit } from "../acquire/download-limit.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Bandwidth, Rates, Shape } from "../model/traffic.ts";
import type { Decision } from "../plan/decide.ts";
import { shapeTraffic } from "../plan/shape-traffic.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { Alarm } from "./alarm.ts";

export interface TrafficControlOptions {
	readonly swarm: Pick<Swarm, "shape">;
	readonly downloadLimit: DownloadLimit;
	/** Of the controller itself. */
	readonly bandwidth: Bandwidth;
	/** A window opens or closes: it is time to decide again. */
	readonly onWindow: () => void;
}

/** Holds what moves to the limits of the moment, and tells the swarm who is still on the way to what. */
export class TrafficControl {
	readonly #options: TrafficControlOptions;
	readonly #alarm: Alarm;
	#told: Shape | null = null;

	constructor(options: TrafficControlOptions) {
		this.#options = options;
		this.#alarm = new Alarm(options.onWindow);
	}

	/** After each decision. */
	follow(fleet: Fleet, decision: Decision, now: number): void {
		const { swarm, downloadLimit, bandwidth } = this.#options;
		const { shape, downloadBytesPerSecond, wakeAt } = shapeTraffic(fleet, { controller: bandwidth, decision }, now);
		this.#alarm.set(wakeAt);
		downloadLimit.set(downloadBytesPerSecond);
		if (isDeepStrictEqual(shape, this.#told)) return;
		this.#told = shape;
		swarm.shape(shape);
	}

	/** Of the controller, now. */
	get uploadLimit(): number | null {
		return this.#told?.uploadBytesPerSecond ?? null;
	}

	/** What holds now; null is no limit. */
	limitsOf(sha256: string): { readonly source: number | null; readonly machine: Rates } {
		const { up = null, down = null } = this.#told?.packages.find((each) => each.sha256 === sha256) ?? {};
		return { source: this.uploadLimit, machine: { up, down } };
	}

	stop(): void {
		this.#alarm.stop();
	}
}
