import { Worker } from "node:worker_threads";

const THREAD = new URL("./checkpoint-thread.ts", import.meta.url);

/** Some four pages each: the log stays at about 4 MiB. */
const EVERY_WRITES = 250;

/** Moves what the write-ahead log has gathered into the journal's file, in a thread of its own: that flushes both of them. */
export class Checkpoints {
	readonly #file: string;
	#writes = 0;
	#thread: Worker | null = null;

	constructor(file: string) {
		this.#file = file;
	}

	/** Something was written. */
	wrote(): void {
		this.#writes += 1;
		if (this.#writes < EVERY_WRITES) return;
		this.#writes = 0;
		this.#thread ??= this.#start();
		this.#thread.postMessage("checkpoint");
	}

	/** Resolves when the thread has let go of the journal. Safe to call twice. */
	async stop(): Promise<void> {
		const thread = this.#thread;
		this.#thread = null;
		await thread?.terminate();
	}

	#start(): Worker {
		const thread = new Worker(THREAD, { workerData: this.#file });
		thread.unref();
		// A disk that is full, for one. Nothing is lost: the log grows until the next try, or until SQLite itself does it in a commit.
		thread.on("error", () => {
			if (this.#thread === thread) this.#thread = null;
		});
		return thread;
	}
}
