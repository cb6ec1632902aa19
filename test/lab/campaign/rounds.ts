import { setTimeout as delay } from "node:timers/promises";
import type { StatusReport } from "../../../src/console/cockpit.ts";
import { readEvidence } from "../evidence.ts";
import { mulberry32 } from "../kills.ts";
import type { LabMachine } from "../lab-machine.ts";
import { makeSlowPackage } from "../slow-package.ts";
import { packageEntry, type ServedPackage } from "../small-package.ts";
import type { Trial } from "../trial.ts";
import { waitFor } from "../wait.ts";

export type Kind = "ssh" | "daemon" | "reboot";

const NAME = "lab-slow";
const WITHIN_MS = 600_000;
/** Whoever serves an SSH connection, but for the listener. */
const CUT = 'for pid in $(pgrep -f "^sshd: [^/]"); do kill -KILL $pid; done';

interface Ended {
	readonly kind: Kind;
	readonly machine: string;
	readonly version: string;
	readonly atSeconds: number;
	/** What the machine was at when it was hit. */
	readonly during: "before the installer" | "the installer" | "after the installer";
	readonly outcome: "installed" | "cleanly failed" | "unclean";
	readonly runs: number;
	readonly attempts: number;
}

/** Each round brings all machines to a new version of one package, and hits them in the middle of it. */
export class Rounds {
	readonly trial: Trial;
	readonly #random: () => number;
	readonly #ended: Ended[] = [];
	#version = 0;
	#runsBefore = new Map<string, number>();
	/** From the policy's change to the last machine that is done, when nobody disturbs. */
	#courseMs = 0;

	constructor(trial: Trial, seed: number) {
		this.trial = trial;
		this.#random = mulberry32(seed);
	}

	counted(kind: Kind): number {
		return this.#ended.filter((each) => each.kind === kind).length;
	}

	get holds(): boolean {
		return this.#ended.every(({ outcome, runs, attempts }) => outcome !== "unclean" && runs <= attempts);
	}

	get result() {
		const of = (kind: Kind) => {
			const all = this.#ended.filter((each) => each.kind === kind);
			const count = (holds: (each: Ended) => boolean) => all.filter(holds).length;
			return {
				hits: all.length,
				during_the_installer: count(({ during }) => during === "the installer"),
				installed: count(({ outcome }) => outcome === "installed"),
				cleanly_failed: count(({ outcome }) => outcome === "cleanly failed"),
				unclean: count(({ outcome }) => outcome === "unclean"),
				ran_more_often_than_attempts: count(({ runs, attempts }) => runs > attempts),
				most_attempts: Math.max(0, ...all.map(({ attempts }) => attempts)),
			};
		};
		return { course_seconds: this.#courseMs / 1000, ssh: of("ssh"), daemon: of("daemon"), reboot: of("reboot") };
	}

	/** Two undisturbed rounds, so that moments fall within what the second one takes. */
	async measure(): Promise<void> {
		for (let round = 0; round < 2; round += 1) {
			const began = performance.now();
			await this.waitUntilDone(await this.next());
			this.#courseMs = Math.round(performance.now() - began);
		}
		this.#log(`a round takes ${this.#courseMs / 1000} s`);
	}

	async play(kind: Kind): Promise<void> {
		const next = await this.next();
		const hits = await Promise.all(
			kind === "daemon" ? [this.#hitDaemon()] : this.#machines.map((each) => this.#hit(kind, each)),
		);
		const status = await this.waitUntilDone(next);
		for (const hit of hits) await this.#note(kind, next, hit, status);
		if (!this.holds) throw new Error(`a claim does not hold: ${JSON.stringify(this.#ended.at(-1))}`);
	}

	/** Puts a newer version into the policy. */
	async next(): Promise<ServedPackage> {
		this.#version += 1;
		for (const machine of this.#machines) this.#runsBefore.set(machine.name, await this.#runsOn(machine));
		const made = await makeSlowPackage(this.trial.lab, NAME, `1.${this.#version}`);
		const retries = { max: 3, delay: "5s", backoff: "fixed", on: ["failed", "timed_out", "not_detected"] };
		const packages = [packageEntry(made)];
		await this.trial.writeOwnPolicy({
			version: 1,
			name: "lab",
			packages,
			targets: { match: "*" },
			retries,
			schedule: "now",
		});
		await this.trial.controller.fleetseed(["reload"]);
		return made;
	}

	/** Until the daemon calls every machine installed or failed with that version, by itself. */
	waitUntilDone({ version }: ServedPackage): Promise<StatusReport> {
		const isDone = async () => {
			const versions = await Promise.all(this.#machines.map((each) => this.#versionOn(each)));
			const status = await this.trial.controller.status();
			const rollout = status?.rollouts.find(({ policy }) => policy === "lab");
			const isOver = rollout?.machines.every(({ state }) => state === "verified" || state === "failed") ?? false;
			const isThere =
				versions.every((each) => each === version) ||
				(rollout?.machines.some(({ state }) => state === "failed") ?? false);
			return status && isOver && isThere && (rollout?.machines.length ?? 0) >= this.#machines.length ? status : null;
		};
		const { signal } = this.trial.lab;
		return waitFor(isDone, { what: `all have ${version}`, timeoutMs: WITHIN_MS, signal, intervalMs: 1_000 });
	}

	get #machines(): readonly LabMachine[] {
		return this.trial.lab.machines;
	}

	async #hitDaemon() {
		const { controller } = this.trial;
		const { signal } = this.trial.lab;
		const [machine] = this.#machines;
		if (!machine) throw new Error("no machine");
		const afterMs = this.#random() * this.#courseMs;
		await delay(afterMs, undefined, { signal });
		const during = await this.#doingOf(machine);
		await controller.kill();
		await delay(500, undefined, { signal });
		await controller.start();
		return { machine, afterMs, during };
	}

	async #hit(kind: Kind, machine: LabMachine) {
		const { signal } = this.trial.lab;
		let afterMs = this.#random() * this.#courseMs;
		if (kind === "reboot") {
			const before = this.#runsBefore.get(machine.name) ?? 0;
			const hasBegun = async () => ((await this.#runsOn(machine)) > before ? true : null);
			await waitFor(hasBegun, { what: `${machine.name} installs`, timeoutMs: WITHIN_MS, signal, intervalMs: 100 });
			afterMs = this.#random() * INSTALL_MS;
		}
		await delay(afterMs, undefined, { signal });
		const during = await this.#doingOf(machine);
		if (kind === "ssh") await machine.run(["/bin/sh", "-c", CUT]);
		else {
			await machine.stop();
			await machine.start();
		}
		return { machine, afterMs, during };
	}

	async #note(kind: Kind, { version }: ServedPackage, hit: Hit, status: StatusReport): Promise<void> {
		const { machine, afterMs, during } = hit;
		const row = status.rollouts
			.find(({ policy }) => policy === "lab")
			?.machines.find((each) => each.machine === machine.name);
		const isWhole = (await machine.must(["dpkg", "--audit"])).trim() === "";
		const there = await this.#versionOn(machine);
		const outcome = !isWhole
			? "unclean"
			: there === version
				? "installed"
				: row?.state === "failed"
					? "cleanly failed"
					: "unclean";
		const runs = (await this.#runsOn(machine)) - (this.#runsBefore.get(machine.name) ?? 0);
		const attempts = await this.#attemptsOn(machine);
		const atSeconds = Math.round(afterMs) / 1000;
		const ended: Ended = { kind, machine: machine.name, version, atSeconds, during, outcome, runs, attempts };
		this.#ended.push(ended);
		this.#log(JSON.stringify(ended));
		if (outcome === "unclean") this.#log((await this.trial.controller.fleetseed(["logs", machine.name])).stdout);
	}

	/** Jobs of this version's rollout that the machine has begun. */
	async #attemptsOn(machine: LabMachine): Promise<number> {
		const count = `for each in /var/lib/fleetseed/jobs/install-${NAME}-*; do grep -q "\\"package_version\\": \\"1.${this.#version}\\"" "$each/job.json" && echo; done | wc -l`;
		return Number(await machine.must(["/bin/sh", "-c", count]));
	}

	async #doingOf(machine: LabMachine): Promise<Ended["during"]> {
		const isRunning =
			(await machine.run(["pgrep", "-f", `apt-get.real install|dpkg.real|${NAME}.postinst`])).code === 0;
		if (isRunning) return "the installer";
		const before = this.#runsBefore.get(machine.name) ?? 0;
		return (await this.#runsOn(machine)) > before ? "after the installer" : "before the installer";
	}

	async #runsOn(machine: LabMachine): Promise<number> {
		const { stdout } = await machine.run(["grep", "-c", "apt-get.* install ", "/var/log/installer-runs"]);
		return Number(stdout.trim() || "0");
	}

	async #versionOn(machine: LabMachine): Promise<string> {
		const { dpkg } = await readEvidence(machine, { name: NAME, version: "" });
		return dpkg.startsWith("install ok installed ") ? dpkg.slice("install ok installed ".length) : "";
	}

	#log(line: string): void {
		this.trial.lab.log(`${this.trial.seconds.toFixed(0).padStart(5)} s  ${line}`);
	}
}

/** About as long as the slow package takes from apt's start to its end. */
const INSTALL_MS = 5_000;

interface Hit {
	readonly machine: LabMachine;
	readonly afterMs: number;
	readonly during: Ended["during"];
}
