import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
	/** What is waited for, for the error that says it did not come. */
	readonly what: string;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	readonly intervalMs?: number;
}

/** Asks again and again until the answer is not null; throws when the deadline passes or the lab is told to stop. */
export async function waitFor<T>(ask: () => Promise<T | null>, options: WaitOptions): Promise<T> {
	const { what, timeoutMs, signal, intervalMs = 250 } = options;
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		signal.throwIfAborted();
		const answer = await ask();
		if (answer !== null) return answer;
		if (performance.now() > deadline) throw new Error(`waited ${Math.round(timeoutMs / 1000)} s in vain: ${what}`);
		await delay(intervalMs, undefined, { signal });
	}
}
