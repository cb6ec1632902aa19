import { setTimeout as delay } from "node:timers/promises";
import type { ServedPackage } from "./small-package.ts";
import type { Trial } from "./trial.ts";

const RESTART_MS = 1_000;
const KILLS = 3;

export interface Kill {
	readonly at_seconds: number;
	/** Machines on which dpkg had finished the package by then. */
	readonly installed: number;
	/** Machines on which an installer had been started by then. */
	readonly started: number;
}

/** Three moments within the given seconds, in order; the same seed gives the same moments. */
export function killMoments(seed: number, withinSeconds: number): readonly number[] {
	const random = mulberry32(seed);
	return Array.from({ length: KILLS }, () => random() * withinSeconds).sort((a, b) => a - b);
}

/** Kills the daemon at each moment of the trial (the next one at once, if its moment has passed) and starts it a second later. */
export async function killAtMoments(
	trial: Trial,
	served: ServedPackage,
	moments: readonly number[],
): Promise<readonly Kill[]> {
	const { signal, log } = trial.lab;
	const kills: Kill[] = [];
	const beganAt = trial.seconds;
	for (const moment of moments) {
		const waitMs = Math.max(0, beganAt + moment - trial.seconds) * 1000;
		await delay(waitMs, undefined, { signal });
		await trial.controller.kill();
		const evidence = await trial.evidence(served);
		const kill = {
			at_seconds: Math.round(trial.seconds * 10) / 10,
			installed: evidence.filter(({ isInstalled }) => isInstalled).length,
			started: evidence.filter(({ installerRuns }) => installerRuns.length > 0).length,
		};
		kills.push(kill);
		log(`${trial.seconds.toFixed(0).padStart(4)} s  SIGKILL; ${kill.started} started, ${kill.installed} installed`);
		await delay(RESTART_MS, undefined, { signal });
		await trial.controller.start();
	}
	return kills;
}

/** Tommy Ettinger's mulberry32: 32 bits of state, good enough to choose moments. */
export function mulberry32(seed: number): () => number {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
