import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./messages.ts";
import { residentBytes } from "./resident-bytes.ts";

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;
/** A process that lived this long was sound: the next pause is the first again. */
const SOUND_MS = 30_000;
const STOP_MS = 2_000;
const MIB = 2 ** 20;
/** All that it holds: V8's caps leave out buffers, which are most of what peers can make it hold. A crowd of 1,000 connections takes half of it. */
const MAX_RESIDENT_MIB = 384;
/** With Node itself and the buffers that are always there it stays below the whole. */
const MAX_HEAP_MIB = 256;
/** Blocks on their way lie outside the heap, and V8 collects a small heap again for every few of them: half of the CPU time of sending. */
const INITIAL_HEAP = "--initial-old-space-size=64";
/**
 * Left alone, V8 lets the space for what is new grow to 128 MiB. Blocks are let go of when that space is collected: the smaller it is,
 * the sooner, and the rarer is the whole heap collected on their account; a fifth less CPU time for each GiB than with 16 MiB.
 */
const NEW_SPACE = "--max-semi-space-size=2";
const STDERR_KEPT = 2_000;

export interface SwarmProcessOptions {
	/** A new process is up and waits for its first order. */
	readonly onStarted: () => void;
	readonly onReport: (report: Report) => void;
	/** It is gone, and comes back by itself. */
	readonly onGone: (detail: string) => void;
}

/** Keeps one swarm process running, with longer and longer pauses while it keeps dying. */
export class SwarmProcess {
	readonly #options: SwarmProcessOptions;
	#child: ChildProcess | null = null;
	/** Why we ended the one that runs; empty: we did not. */
	#whyEnded = "";
	#isWanted = false;
	#pauseMs = FIRST_PAUSE_MS;
	#timer: NodeJS.Timeout | undefined;

	constructor(options: SwarmProcessOptions) {
		this.#options = options;
	}

	get pid(): number | undefined {
		return this.#child?.pid;
	}

	start(): void {
		if (this.#isWanted) return;
		this.#isWanted = true;
		this.#spawn();
	}

	async stop(): Promise<void> {
		this.#isWanted = false;
		clearTimeout(this.#timer);
		const child = this.#child;
		if (!child) return;
		const gone = once(child, "exit");
		const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
		if (child.connected) child.disconnect();
		await gone;
		clearTimeout(kill);
	}

	/** It is past helping: another one is started. `why`: a clause about it. */
	kill(why: string): void {
		this.#whyEnded = `, since ${why}`;
		this.#child?.kill("SIGKILL");
	}

	/** True: it held more memory than it may, and was killed. Where there is no /proc it is never found out. */
	killIfTooLarge(): boolean {
		const mib = Math.ceil((residentBytes(this.pid ?? 0) ?? 0) / MIB);
		if (mib <= MAX_RESIDENT_MIB) return false;
		this.kill(`it held ${mib} MiB of memory, and may hold ${MAX_RESIDENT_MIB} MiB`);
		return true;
	}

	/** An order to a process that is away is dropped: what matters is told again when the next one is up. */
	send(order: Order): void {
		if (this.#child?.connected) this.#child.send(order, () => undefined);
	}

	#spawn(): void {
		const startedAt = performance.now();
		const child = fork(fileURLToPath(new URL("./child.ts", import.meta.url)), {
			execPath: process.execPath,
			execArgv: [
				...[INITIAL_HEAP, NEW_SPACE, `--max-old-space-size=${MAX_HEAP_MIB}`],
				"--disable-warning=ExperimentalWarning",
			],
			env: {},
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		this.#child = child;
		this.#whyEnded = "";
		let stderr = "";
		child.stderr?.on("data", (bytes: Buffer) => {
			stderr = (stderr + bytes.toString()).slice(-STDERR_KEPT);
		});
		child.on("message", (report: Report) => this.#options.onReport(report));
		const ended = (how: string) => this.#ended(`${how}${stderr && `: ${stderr.trim()}`}`, startedAt);
		child.once("error", (error) => (child.pid === undefined ? ended(error.message) : undefined));
		child.once("exit", (code, signal) => ended(signal ? `ended by ${signal}${this.#whyEnded}` : `exit code ${code}`));
		this.#options.onStarted();
	}

	#ended(detail: string, startedAt: number): void {
		this.#child = null;
		if (!this.#isWanted) return;
		if (performance.now() - startedAt > SOUND_MS) this.#pauseMs = FIRST_PAUSE_MS;
		this.#timer = setTimeout(() => this.#spawn(), this.#pauseMs);
		this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
		this.#options.onGone(detail);
	}
}
