import { TokenBucket } from "../model/token-bucket.ts";

/** How fast the controller downloads, over all sources at once; changed at any time. */
export class DownloadLimit {
	readonly #bucket = new TokenBucket();
	readonly #waiting = new Set<() => void>();

	/** Null: no limit. Whoever waits already asks again at once. */
	set(bytesPerSecond: number | null): void {
		this.#bucket.limit(bytesPerSecond);
		for (const wake of [...this.#waiting]) wake();
	}

	/** Resolves once so many bytes may come, or the signal is aborted. */
	async take(bytes: number, signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const waitMs = this.#bucket.take(bytes, performance.now());
			if (waitMs === 0) return;
			await this.#pause(waitMs, signal);
		}
	}

	#pause(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const wake = () => {
				clearTimeout(timer);
				signal.removeEventListener("abort", wake);
				this.#waiting.delete(wake);
				resolve();
			};
			const timer = setTimeout(wake, ms);
			signal.addEventListener("abort", wake);
			this.#waiting.add(wake);
		});
	}
}
