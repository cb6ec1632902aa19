import { type Cleaned, type Cleaning, cleanUp } from "./clean-machine.ts";
import { deliverPackage } from "./deliver-package.ts";
import { type Failed, failed } from "./failed.ts";
import { followInstall } from "./follow-install.ts";
import { inspectPackage } from "./inspect-package.ts";
import { installPackage } from "./install-package.ts";
import { readMachineFacts } from "./read-machine-facts.ts";
import { rebootMachine } from "./reboot-machine.ts";
import type { Pauses } from "./rebooting.ts";
import { scanHostKey } from "./scan-host-key.ts";
import type { Session } from "./session.ts";
import { Sessions } from "./sessions.ts";
import type { Way } from "./starts.ts";
import type { Target } from "./target.ts";
import type { Delivery, FactsTask, Pushed, RebootTask, Scanned, Task } from "./task.ts";
import { Turns } from "./turns.ts";
import { deliverToWindows } from "./windows/deliver-to-windows.ts";
import type { Helpers } from "./windows/shim.ts";

export type { Target, Task };

export interface PusherOptions {
	/** Connections that may be open. */
	readonly sessions: number;
	/** How long a machine goes on seeding a package that it got. */
	readonly seedSeconds: number;
	/** Between two looks whether a machine is back from its reboot. */
	readonly pauses?: Pauses;
	/** Our program for a platform; Windows machines are asked through it. */
	readonly helpers?: Helpers;
}

const REBOOT_PAUSES: Pauses = { firstMs: 3_000, longestMs: 15_000, goingDownMs: 60_000 };

/** For each machine on the way to one whose key is read. */
const SCAN_HOP_MS = 10_000;

/** Everything that reaches a machine over SSH. Answers, never rejects, on anything that a network or a machine does. */
export class Pusher {
	readonly #sessions: Sessions;
	readonly #seedSeconds: number;
	readonly #pauses: Pauses;
	readonly #turns = new Turns();

	constructor({ sessions, seedSeconds, pauses = REBOOT_PAUSES, helpers }: PusherOptions) {
		this.#pauses = pauses;
		this.#sessions = new Sessions({ limit: sessions, ...(helpers ? { helpers } : {}) });
		this.#seedSeconds = seedSeconds;
	}

	/** Connections to machines that are open. */
	get openSessions(): number {
		return this.#sessions.open;
	}

	/** Closes every connection; jobs at machines go on. Safe to call twice. */
	async stop(): Promise<void> {
		this.#sessions.stop();
	}

	/** Reads the key that a machine shows; it never authenticates. */
	async scanHostKey(at: Way, signal: AbortSignal): Promise<Scanned> {
		const way = { ...at, connectTimeoutMs: SCAN_HOP_MS };
		const scanned = await this.#sessions.look(way, signal, (dial) => scanHostKey(at, signal, dial));
		return scanned ?? failed("FS-SSH-LOST", `${at.address}: its key was not read: we were stopped`);
	}

	/** Reads detection, the attempt's job and the staging path; changes nothing. */
	inspect(target: Target, task: Task, signal: AbortSignal): Promise<Pushed> {
		return this.#use(target, signal, (session, ending) => inspectPackage(session, task, ending));
	}

	/** Reads what the machine is; changes nothing. */
	readFacts(target: Target, { machine }: FactsTask, signal: AbortSignal): Promise<Pushed> {
		return this.#use(target, signal, (session, ending) => readMachineFacts(session, machine, ending));
	}

	/** Resolves once the package is at the staging path; the machine goes on seeding it. */
	deliver(target: Target, task: Task, delivery: Delivery, signal: AbortSignal): Promise<Pushed> {
		const seedSeconds = this.#seedSeconds;
		return this.#use(target, signal, (session, ending) => {
			if (session.remoteAddress !== null) delivery.onReached(session.remoteAddress);
			return (session.shim ? deliverToWindows : deliverPackage)({
				session,
				task,
				delivery,
				seedSeconds,
				turns: this.#turns,
				signal: ending,
			});
		});
	}

	/** Starts the attempt's job, or joins it, and follows it to its end. */
	install(target: Target, task: Task, signal: AbortSignal): Promise<Pushed> {
		return this.#use(target, signal, (session, ending) => installPackage(session, task, ending));
	}

	/** Follows the attempt's job; never starts one. */
	follow(target: Target, task: Task, signal: AbortSignal): Promise<Pushed> {
		return this.#use(target, signal, (session, ending) => followInstall({ session, task, signal: ending }));
	}

	/** Reboots the machine unless it has since the step's boot id; resolves once it is back and passes the policy's test. */
	async reboot(target: Target, task: RebootTask, signal: AbortSignal): Promise<Pushed> {
		const rebooting = { sessions: this.#sessions, pauses: this.#pauses, target, task, signal };
		return { outcome: await rebootMachine(rebooting) };
	}

	/** Removes what we left on the machine and nothing needs. */
	clean(target: Target, cleaning: Cleaning, signal: AbortSignal): Promise<Cleaned | Failed> {
		return this.#sessions.use(target, signal, (session, ending) => cleanUp(session, cleaning, ending));
	}

	async #use(
		target: Target,
		signal: AbortSignal,
		act: (session: Session, signal: AbortSignal) => Promise<Pushed>,
	): Promise<Pushed> {
		const used = await this.#sessions.use(target, signal, act);
		return "outcome" in used ? used : { outcome: used };
	}
}
