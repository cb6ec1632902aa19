import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { type Finished, run } from "./command.ts";
import { socketOf } from "./controller-files.ts";
import type { Footprint } from "./footprint.ts";
import { type LongRunner, startLongRunner } from "./long-runner.ts";
import type { Link } from "./network.ts";
import { waitFor } from "./wait.ts";

const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const DAEMON = join(REPOSITORY, "src/daemon/main.ts");
const READY_MS = 90_000;
/** The daemon drains for 20 s at most. */
const STOP_MS = 40_000;

export interface ControllerOptions {
	readonly footprint: Footprint;
	readonly link: Link;
	/** Of its configuration, policies and state. */
	readonly folder: string;
	readonly signal: AbortSignal;
}

/** The daemon under test in the controller's namespace, and the command line that talks to it. */
export class Controller {
	readonly #options: ControllerOptions;
	#runner: LongRunner | null = null;

	constructor(options: ControllerOptions) {
		this.#options = options;
	}

	/** Resolves when it answers on its socket. Safe to call twice. */
	async start(): Promise<void> {
		if (this.#runner) return;
		const { footprint, link, folder, signal } = this.#options;
		const serve = [process.execPath, "--disable-warning=ExperimentalWarning", DAEMON, "serve"];
		const argv = ["ip", "netns", "exec", link.namespace, ...serve, "--config", join(folder, "fleetseed.yaml")];
		const runner = await startLongRunner(footprint, argv, { logFile: this.#logFile, cwd: REPOSITORY });
		this.#runner = runner;
		const answers = async () => {
			if (runner.hasEnded()) throw new Error(`the daemon ended: exit ${await runner.ended}\n${await this.lastLog(20)}`);
			return (await this.fleetseed(["status", "--json"])).code === 3 ? null : true;
		};
		await waitFor(answers, { what: "the daemon answers", timeoutMs: READY_MS, signal });
	}

	/** SIGKILL: it gets no chance to end well. What it started on its own is not touched. */
	async kill(): Promise<void> {
		if (!this.#runner) return;
		if (!this.#runner.hasEnded()) process.kill(this.#runner.pid, "SIGKILL");
		await this.#runner.ended;
		this.#runner = null;
	}

	/** SIGTERM; answers whether it drained and ended with 0 in time. Safe to call twice. */
	async stop(): Promise<boolean> {
		if (!this.#runner) return true;
		const { pid, ended, hasEnded } = this.#runner;
		if (!hasEnded()) process.kill(pid, "SIGTERM");
		const { signal } = this.#options;
		const isOver = async () => (hasEnded() ? true : null);
		await waitFor(isOver, { what: "the daemon drains", timeoutMs: STOP_MS, signal }).catch(() => this.kill());
		this.#runner = null;
		return (await ended) === 0;
	}

	/** Runs the command line as an administrator does. */
	fleetseed(argv: readonly string[]): Promise<Finished> {
		const program = [process.execPath, "--disable-warning=ExperimentalWarning", DAEMON];
		return run([...program, "--socket", socketOf(this.#options.folder), ...argv], { cwd: REPOSITORY });
	}

	/** null: the daemon does not answer. */
	async status(): Promise<StatusReport | null> {
		const { stdout } = await this.fleetseed(["status", "--json"]);
		return stdout.trim() === "" ? null : (JSON.parse(stdout) as StatusReport);
	}

	/** By machine: when its last delivery ended, ms since the epoch, as the journal has it. */
	deliveriesEndedAt(): ReadonlyMap<string, number> {
		const rows = this.#journal(`SELECT machine, max(at) AS at FROM events WHERE kind = 'StepFinished'
			AND body ->> '$.step.kind' = 'deliver' AND body ->> '$.outcome.kind' = 'delivered' GROUP BY machine`);
		return new Map(rows.map((row) => [String(row.machine), Number(row.at)]));
	}

	/** Every way that was gone, in order, as the journal has it. */
	deliveriesChosen(): readonly { readonly machine: string; readonly method: string; readonly because: string }[] {
		const rows = this.#journal(`SELECT machine, body ->> '$.method' AS method, body ->> '$.because' AS because
			FROM events WHERE kind = 'DeliveryChosen' ORDER BY seq`);
		return rows.map(({ machine, method, because }) => {
			return { machine: String(machine), method: String(method), because: String(because) };
		});
	}

	#journal(query: string) {
		const db = new DatabaseSync(join(this.#options.folder, "state", "journal.sqlite"), { readOnly: true });
		try {
			return db.prepare(query).all();
		} finally {
			db.close();
		}
	}

	async lastLog(lines: number): Promise<string> {
		// One that was never started has none.
		const log = await readFile(this.#logFile, "utf8").catch(() => "");
		return log.trimEnd().split("\n").slice(-lines).join("\n");
	}

	get #logFile(): string {
		return join(this.#options.folder, "daemon.log");
	}
}
