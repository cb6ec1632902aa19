import { type Acquired, stopped } from "./download.ts";
import type { Failed } from "./failed.ts";
import type { Progress } from "./job.ts";

export interface Waiter {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: Progress) => void;
}

type Run = (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Acquired | Failed>;

/** One download that any number of callers wait for. It is stopped when the last of them has gone. */
export class SharedDownload {
	readonly #sha256: string;
	readonly #controller = new AbortController();
	readonly #waiters = new Set<Waiter>();
	readonly #end: Promise<Acquired | Failed>;
	#isCounted = false;

	constructor(sha256: string, run: Run) {
		this.#sha256 = sha256;
		this.#end = run(this.#controller.signal, (progress) => {
			for (const waiter of this.#waiters) waiter.onProgress(progress);
		});
	}

	/** True once nobody waited any longer: it is on its way out, and cannot be joined. */
	get isStopping(): boolean {
		return this.#controller.signal.aborted;
	}

	/** Resolves when nothing of it touches the store any more. */
	async ended(): Promise<void> {
		await this.#end;
	}

	/** The bytes over the uplink are told to the first caller that sees the end; the others cost none, so that sums stay right. */
	async join(waiter: Waiter): Promise<Acquired | Failed> {
		this.#waiters.add(waiter);
		const end = await this.#untilEndOrAbort(waiter.signal);
		this.#waiters.delete(waiter);
		if (end === "aborted") {
			if (this.#waiters.size > 0) return stopped(this.#sha256);
			this.#controller.abort();
			return this.#end;
		}
		return end.kind === "acquired" ? { ...end, originBytes: this.#claim(end.originBytes) } : end;
	}

	#claim(bytes: number): number {
		const claimed = this.#isCounted ? 0 : bytes;
		this.#isCounted = true;
		return claimed;
	}

	async #untilEndOrAbort(signal: AbortSignal): Promise<Acquired | Failed | "aborted"> {
		if (signal.aborted) return "aborted";
		const { promise, resolve } = Promise.withResolvers<"aborted">();
		const onAbort = () => resolve("aborted");
		signal.addEventListener("abort", onAbort);
		try {
			return await Promise.race([this.#end, promise]);
		} finally {
			signal.removeEventListener("abort", onAbort);
		}
	}
}
