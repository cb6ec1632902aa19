import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Lab } from "./lab.ts";
import type { LabMachine } from "./lab-machine.ts";
import { waitFor } from "./wait.ts";

const PATIENCE_MS = 120_000;
const LOGGED_MS = 10_000;
/** Where a person is who has just logged in. */
export const AT_HOME = ["env", "--chdir=/root", "HOME=/root"] as const;
const TYPED = "/run/typed.sh";
const LINES_TOLD = 24;

/** The machine that is the controller, and what a person types on it. */
export class Host {
	readonly machine: LabMachine;
	readonly #lab: Lab;

	constructor(lab: Lab, machine: LabMachine) {
		this.#lab = lab;
		this.machine = machine;
	}

	/** Answers what it printed; throws when any of it fails. */
	sh(script: string): Promise<string> {
		return this.machine.must([...AT_HOME, "bash", "-ec", script]);
	}

	/** On a terminal, as a person has one; tells the end of what that shows. */
	async type(script: string, answer?: string): Promise<void> {
		await this.machine.must(["tee", TYPED], script);
		const argv = [...AT_HOME, "script", "-qec", `stty cols 120; bash -e ${TYPED}`, "/dev/null"];
		const screen = stripVTControlCharacters(await this.machine.must(argv, answer)).replaceAll("\r", "");
		this.log(screen.trimEnd().split("\n").slice(-LINES_TOLD).join("\n"));
	}

	async json<T>(command: string): Promise<T> {
		return JSON.parse(await this.sh(`fleetseed ${command}`)) as T;
	}

	property(name: string): Promise<string> {
		return this.sh(`systemctl show fleetseed --property=${name} --value`).then((text) => text.trim());
	}

	/** What a program says reaches systemd's journal a little later. */
	hasLogged(line: RegExp): Promise<boolean> {
		const ask = async () => (line.test(await this.sh("journalctl -u fleetseed -o cat --no-pager")) ? true : null);
		return waitFor(ask, { what: `${line}`, timeoutMs: LOGGED_MS, signal: this.#lab.signal }).catch((error) => {
			this.#lab.signal.throwIfAborted();
			this.log(String(error));
			return false;
		});
	}

	waitFor<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
		return waitFor(ask, { what, timeoutMs: PATIENCE_MS, signal: this.#lab.signal, intervalMs: 500 });
	}

	async pause(ms: number): Promise<void> {
		await delay(ms, undefined, { signal: this.#lab.signal });
	}

	log(line: string): void {
		this.#lab.log(line);
	}
}
