import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, beforeEach } from "node:test";
import { pino } from "pino";
import { ApiServer } from "../../src/console/api/server.ts";
import { type Furnished, furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

export const MAIN = new URL("../../src/daemon/main.ts", import.meta.url).pathname;

/** What must never reach a terminal: control characters but for line ends and tabs, and the right-to-left override. */
export const CONTROL = /[^\P{Cc}\n\t]|\u202e/u;

export interface Ended {
	readonly out: string;
	readonly err: string;
	readonly code: number;
}

/** The command line in processes of its own, against the real API over a cockpit that each test may replace. */
export class CommandLine {
	cockpit = new MemoryCockpit();
	furnished: Furnished | null = null;
	#folder = "";
	#server: ApiServer | null = null;

	get socketPath(): string {
		return join(this.#folder, "api.sock");
	}

	/** A path in the same folder that nobody listens on. */
	get deadSocketPath(): string {
		return join(this.#folder, "nobody.sock");
	}

	async start(): Promise<void> {
		this.#folder = await mkdtemp(join(tmpdir(), "fleetseed-console-"));
		// Hands every call to the cockpit of the test that runs.
		const get = (_: MemoryCockpit, name: string) => Reflect.get(this.cockpit, name).bind(this.cockpit);
		const current: MemoryCockpit = new Proxy(this.cockpit, { get });
		this.furnished = furnish(this.#folder, current);
		const { desks } = this.furnished;
		this.#server = new ApiServer({ desks, socketPath: this.socketPath, tcp: null, log: pino({ level: "silent" }) });
		await this.#server.start();
	}

	async stop(): Promise<void> {
		await this.#server?.stop();
		this.furnished?.journal.close();
		await rm(this.#folder, { recursive: true });
	}

	readonly fleetseed = (...words: readonly string[]): Promise<Ended> => run(["--socket", this.socketPath, ...words]);
}

/** For the tests of a file, each of which begins with a cockpit of its own. */
export function commandLine(): CommandLine {
	const line = new CommandLine();
	before(() => line.start());
	after(() => line.stop());
	beforeEach(() => {
		line.cockpit = new MemoryCockpit();
	});
	return line;
}

/** As typed by eve, with sudo. */
export async function run(words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
	const env = { PATH: process.env.PATH, SUDO_USER: "eve", ...more };
	const child = spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "pipe"], env });
	const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
	return { out, err, code };
}
