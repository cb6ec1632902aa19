import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Footprint } from "../../lab/footprint.ts";
import { sumOfUsage, type Usage, usageOf } from "../../lab/processes.ts";
import type { Host } from "./host.ts";

const KEPT_OUTPUT = 1_000;

export interface ProgramOptions {
	readonly footprint: Footprint;
	/** With a channel for messages, for a Node program of ours. */
	readonly hasChannel?: boolean;
}

/** A program that runs at a host. What it used is kept when it ends by our hand. */
export class Program {
	readonly #child: ChildProcess;
	readonly #listeners = new Set<(line: string) => void>();
	readonly #what: string;
	/** Resolves when it has ended and said all. */
	readonly ended: Promise<void>;
	#tail = "";
	#line = "";
	#usage: Usage = sumOfUsage([]);

	private constructor(child: ChildProcess, what: string) {
		this.#child = child;
		this.#what = what;
		this.ended = new Promise((resolve) => child.once("close", () => resolve()));
		for (const stream of [child.stdout, child.stderr])
			stream?.setEncoding("utf8").on("data", (text: string) => this.#hear(text));
	}

	static async start(host: Host, argv: readonly string[], options: ProgramOptions): Promise<Program> {
		const [command = "", ...args] = [...host.enter, ...argv];
		const stdio = ["ignore", "pipe", "pipe", ...(options.hasChannel ? (["ipc"] as const) : [])] as const;
		// Not in our group: a Ctrl-C is ours to answer.
		const child = spawn(command, args, { stdio: [...stdio], detached: true });
		const program = new Program(child, `${argv.slice(0, 3).join(" ")} at ${host.name}`);
		await once(child, "spawn");
		options.footprint.note(program.pid);
		return program;
	}

	get pid(): number {
		if (this.#child.pid === undefined) throw new Error(`${this.#what}: not started`);
		return this.#child.pid;
	}

	get isOver(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	/** For an error message: the last of what it said. */
	get lastWords(): string {
		return `${this.#what}: ${this.#tail.trim()}`;
	}

	/** When, on the clock of performance.now(), it first says a line that holds these words; rejects when it ends before. */
	async says(words: string): Promise<number> {
		await this.line(words);
		return performance.now();
	}

	/** The first line from now on that holds these words. */
	line(words: string): Promise<string> {
		const { promise, resolve, reject } = Promise.withResolvers<string>();
		const listener = (line: string) => {
			if (line.includes(words)) resolve(line);
		};
		this.#listeners.add(listener);
		this.ended.then(() => reject(new Error(`ended before it said "${words}": ${this.lastWords}`)));
		return promise.finally(() => this.#listeners.delete(listener));
	}

	/** The next message of this kind; rejects when it ends before. */
	hears<Message extends { readonly kind: string }>(kind: Message["kind"]): Promise<Message> {
		const { promise, resolve, reject } = Promise.withResolvers<Message>();
		const listener = (message: unknown) => {
			if ((message as Message).kind === kind) resolve(message as Message);
		};
		this.#child.on("message", listener);
		this.ended.then(() => reject(new Error(`ended before it answered: ${this.lastWords}`)));
		return promise.finally(() => this.#child.off("message", listener));
	}

	send(message: object): void {
		if (this.#child.connected) this.#child.send(message, () => undefined);
	}

	usage(): Usage {
		if (!this.isOver) this.#usage = usageOf(this.pid);
		return this.#usage;
	}

	/** Safe to call twice. */
	async kill(): Promise<void> {
		if (this.isOver) return;
		this.usage();
		const gone = once(this.#child, "exit");
		this.#child.kill("SIGKILL");
		await gone;
	}

	#hear(text: string): void {
		this.#tail = (this.#tail + text).slice(-KEPT_OUTPUT);
		const lines = (this.#line + text).split("\n");
		this.#line = lines.pop() ?? "";
		for (const line of lines) for (const listener of this.#listeners) listener(line);
	}
}
