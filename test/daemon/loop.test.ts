import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Ledger } from "../../src/daemon/ledger.ts";
import { Loop } from "../../src/daemon/loop.ts";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { Step } from "../../src/model/step.ts";
import { Journal } from "../../src/record/journal.ts";
import { policyOf } from "../plan/fleet-of.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-loop-"));
});
after(() => rm(folder, { recursive: true }));

const HOST_KEY = { type: "ssh-ed25519", fingerprint: "SHA256:right" };
const NOW = Date.parse("2026-11-23T10:00:00Z");

/** One approved machine and a policy that wants one package on it. */
const OPENING: readonly Event[] = [
	{ kind: "MachineSeen", machine: "a", address: "10.0.0.1", port: 22, source: "mdns", groups: [], labels: {}, at: NOW },
	{ kind: "MachineApproved", machine: "a", hostKeys: [HOST_KEY], by: "eve", at: NOW },
	{ kind: "PolicyApplied", policy: policyOf({}), source: "office.yaml", at: NOW },
];

/** A machine that keeps its own truth: what is installed, and how often its installer has run. */
class World {
	isStaged = false;
	isInstalled = false;
	installs = 0;
	readonly jobs = new Set<number>();

	async perform(step: Step): Promise<Outcome> {
		switch (step.kind) {
			case "acquire":
				return { kind: "acquired", sizeBytes: 10, originBytes: 10, source: "origin" };
			case "deliver":
				this.isStaged = true;
				return { kind: "delivered", method: "agent", bytes: 10, durationMs: 1 };
			case "inspect":
				return { kind: "inspected", facts: this.#facts(step.attempt) };
			case "install":
			case "follow":
				return this.#install(step.attempt);
			default:
				return { kind: "recorded" };
		}
	}

	#facts(attempt: number) {
		const version = this.isInstalled ? "2" : null;
		const job = this.jobs.has(attempt) ? { kind: "exited" as const, exitCode: 0 } : { kind: "none" as const };
		return { observations: [{ type: "package" as const, version }], job, isStaged: this.isStaged };
	}

	#install(attempt: number): Outcome {
		if (!this.jobs.has(attempt)) this.installs += 1;
		this.jobs.add(attempt);
		this.isInstalled = true;
		return { kind: "exited", exitCode: 0 };
	}
}

/** A killed process writes nothing any more. */
class MortalLedger extends Ledger {
	isDead = false;

	override record(events: readonly Event[]): boolean {
		return this.isDead ? false : super.record(events);
	}
}

const NEVER = new Promise<never>(() => undefined);

interface Life {
	readonly ledger: Ledger;
	readonly steps: string[];
	readonly end: Promise<void>;
}

/** One life of the daemon on a journal; `dieAt` is the step before whose outcome, or before whose act, it dies. */
function live(file: string, world: World, death: { readonly at: number; readonly isAfterAct: boolean } | null): Life {
	const journal = new Journal(file);
	const ledger = new MortalLedger(journal);
	const steps: string[] = [];
	const { promise: end, resolve: finish } = Promise.withResolvers<void>();
	ledger.recover(NOW);
	const loop = new Loop({
		ledger,
		limits: { sessions: 8, deliveries: 8 },
		now: () => NOW,
		onCrash: (step, error) => assert.fail(`${step.kind}: ${error}`),
		onDecision: ({ steps: decided }) => {
			if (decided.length === 0 && ledger.fleet.running.size === 0) finish();
		},
		perform: async (step) => {
			if (ledger.isDead) return NEVER;
			const isLast = steps.push(step.kind) - 1 === death?.at;
			if (!isLast) return world.perform(step);
			if (death.isAfterAct) await world.perform(step);
			ledger.isDead = true;
			finish();
			return NEVER;
		},
	});
	loop.record(OPENING);
	loop.wake();
	const ended = end.then(() => {
		// What never answers is never waited for: a dead life has no alarm either.
		void loop.stop(0);
		journal.close();
	});
	return { ledger, steps, end: ended };
}

test("a package is acquired, delivered, installed and proven, in that order, each once", async () => {
	const world = new World();
	const life = live(join(folder, "whole.sqlite"), world, null);
	await life.end;
	const machineSteps = life.steps.filter((kind) => kind !== "begin" && kind !== "promote");
	assert.deepEqual(machineSteps, ["acquire", "inspect", "deliver", "install", "inspect"]);
	assert.equal(world.installs, 1);
});

test("killed before or after the act of any step, the next life ends installed and the installer has run once", async () => {
	let deaths = 0;
	for (const isAfterAct of [false, true]) {
		for (let at = 0; at < 7; at += 1) {
			const file = join(folder, `killed-${at}-${isAfterAct}.sqlite`);
			const world = new World();
			const first = live(file, world, { at, isAfterAct });
			await first.end;
			const second = live(file, world, null);
			await second.end;
			const task = second.ledger.fleet.rollouts.get("office")?.progress.get("a")?.get("app");
			assert.equal(task?.phase, "verified", `died at step ${at} (${first.steps.at(-1)})`);
			assert.equal(world.installs, 1, `died at step ${at} (${first.steps.at(-1)})`);
			deaths += 1;
		}
	}
	assert.equal(deaths, 14);
});

/** A disk that takes its time. */
class SlowLedger extends Ledger {
	readonly disk = Promise.withResolvers<void>();

	override onDisk(): Promise<void> {
		return this.disk.promise;
	}
}

function onSlowDisk(file: string) {
	const journal = new Journal(join(folder, file));
	const ledger = new SlowLedger(journal);
	const acted: string[] = [];
	const begun = Promise.withResolvers<void>();
	const loop = new Loop({
		ledger,
		limits: { sessions: 8, deliveries: 8 },
		now: () => NOW,
		onCrash: (step, error) => assert.fail(`${step.kind}: ${error}`),
		onDecision: ({ steps }) => steps.length > 0 && begun.resolve(),
		perform: (step) => {
			acted.push(step.kind);
			return NEVER;
		},
	});
	loop.record(OPENING);
	return { journal, ledger, loop, acted, begun: begun.promise };
}

test("no step acts before the disk has it, and meanwhile the next turn is not waited for", async () => {
	const { journal, ledger, loop, acted, begun } = onSlowDisk("slow.sqlite");
	await begun;
	const turn = loop.turn();
	await new Promise(setImmediate);
	await new Promise(setImmediate);
	assert.ok(ledger.fleet.running.size > 0, "it has been decided");
	assert.deepEqual(acted, []);
	ledger.disk.resolve();
	await turn;
	assert.ok(acted.length > 0);
	void loop.stop(0);
	journal.close();
});

test("a step that the disk got only during a stop does not act, and has no outcome", async () => {
	const { journal, ledger, loop, acted, begun } = onSlowDisk("slow-stop.sqlite");
	await begun;
	const stopped = loop.stop(10);
	ledger.disk.resolve();
	await stopped;
	assert.deepEqual(acted, []);
	assert.ok(![...journal.replay()].some(({ event }) => event.kind === "StepFinished"));
	journal.close();
});

test("what changes nothing is not journalled", () => {
	const journal = new Journal(join(folder, "quiet.sqlite"));
	const ledger = new Ledger(journal);
	assert.equal(ledger.record(OPENING), true);
	assert.equal(ledger.record(OPENING), false);
	assert.equal([...journal.replay()].length, OPENING.length);
	journal.close();
});

test("a stop cuts off what does not end in time and journals no outcome for it", async () => {
	const journal = new Journal(join(folder, "stopped.sqlite"));
	const ledger = new Ledger(journal);
	const isRunning = new Promise<Loop>((resolve) => {
		const loop: Loop = new Loop({
			ledger,
			limits: { sessions: 8, deliveries: 8 },
			now: () => NOW,
			onCrash: () => undefined,
			onDecision: () => undefined,
			perform: (step, signal) => {
				if (step.kind !== "acquire") return Promise.resolve({ kind: "recorded" });
				resolve(loop);
				return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
			},
		});
		loop.record(OPENING);
	});
	await (await isRunning).stop(10);
	const started = [...journal.replay()].filter(({ event }) => "step" in event && event.step.kind === "acquire");
	assert.deepEqual(
		started.map(({ event }) => event.kind),
		["StepStarted"],
	);
	journal.close();
});
