import { createSecretKey } from "node:crypto";
import { DownloadLimit } from "../../src/acquire/download-limit.ts";
import { Admission } from "../../src/daemon/admission.ts";
import { Progress } from "../../src/daemon/progress.ts";
import { TrafficControl } from "../../src/daemon/traffic-control.ts";
import type { Event } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Site } from "../../src/model/traffic.ts";
import { standingNotices } from "../../src/notify/standing-notices.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import type { Decision } from "../../src/plan/decide.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { bigPolicies, machineEvents, policyEvents, type Selection } from "./big-fleet.ts";
import { type Figure, floorMs, median, quantile } from "./figures.ts";
import { decideNow } from "./turn.ts";
import { World } from "./world.ts";

export interface Size {
	readonly machines: number;
	readonly selection: Selection;
	/** Turns of the daemon's loop that are measured, after as many again to warm up. */
	readonly turns: number;
}

export interface Scale extends Size {
	/** One decision over twenty policies, ms. */
	readonly decideMs: { readonly median: number; readonly p95: number };
	/** What the daemon looks at the whole fleet for after each decision, ms, median. */
	readonly followMs: number;
	/** One event applied, us. */
	readonly applyUs: number;
	/** One pass over the machines, which a decision cannot do without the first time, ms. */
	readonly passMs: number;
}

const NOW = Date.parse("2026-11-23T10:00:00Z");
const NO_SITES: readonly Site[] = [];
const LIMITS = { sessions: 64, deliveries: 64 };

/** A busy daemon: in each turn it decides, starts what is decided and hears how it ended, a second later. New versions come when all is done. */
export function measureScale({ machines, selection, turns }: Size): Scale {
	const world = new World();
	let fleet = fold(EMPTY_FLEET, [...machineEvents(machines, NOW), ...policyEvents(bigPolicies({ selection }), NOW)]);
	const [decided, followed]: [number[], number[]] = [[], []];
	const { follow, stop } = followers();
	let [applied, applyMs, version, now] = [0, 0, 1, NOW];
	for (let turn = 0; turn < 2 * turns; turn += 1) {
		const began = performance.now();
		const decision = decideNow(fleet, LIMITS, now);
		const between = performance.now();
		follow(fleet, decision, now);
		const followedAt = performance.now();
		const { steps } = decision;
		const started = steps.map((step): Event => ({ kind: "StepStarted", step, at: now }));
		now += 1_000;
		const ended = steps.flatMap((step) => world.answer(step, now));
		const middle = performance.now();
		fleet = fold(fold(fleet, started), ended);
		if (turn >= turns) {
			decided.push(between - began);
			followed.push(followedAt - between);
			applyMs += performance.now() - middle;
			applied += started.length + ended.length;
		}
		if (steps.length > 0) continue;
		version += 1;
		fleet = fold(fleet, policyEvents(bigPolicies({ selection, version }), now));
	}
	stop();
	const decideMs = { median: median(decided), p95: quantile(decided, 0.95) };
	return {
		machines,
		selection,
		turns,
		decideMs,
		followMs: median(followed),
		applyUs: (applyMs * 1000) / applied,
		passMs: floorMs(() => pass(fleet)),
	};
}

/** Who may be a peer, who is on the way to what, the one sentence for systemd, and what there is to be told of. */
function followers() {
	const admission = new Admission(createSecretKey(Buffer.alloc(32)));
	const traffic = new TrafficControl({
		swarm: { shape: () => undefined },
		downloadLimit: new DownloadLimit(),
		bandwidth: { up: null, down: null, windows: [] },
		onWindow: () => undefined,
	});
	const progress = new Progress();
	const follow = (fleet: Fleet, decision: Decision, now: number) => {
		admission.follow(fleet.machines, NO_SITES);
		traffic.follow(fleet, decision, now);
		progress.sentence(fleet, decision, now);
		standingNotices(fleet, decision.held, now);
	};
	return { follow, stop: () => traffic.stop() };
}

function fold(fleet: Fleet, events: readonly Event[]): Fleet {
	return events.reduce(applyEvent, fleet);
}

function pass({ machines }: Fleet): number {
	let present = 0;
	for (const { presence } of machines.values()) if (presence.kind === "present") present += 1;
	return present;
}

/** A decision is promised for ten thousand machines, and that its cost grows no faster than n log n up to a hundred thousand. */
export function scaleFigures(scales: readonly Scale[]): readonly Figure[] {
	const two = scales.filter(({ selection }) => selection === "two");
	const rows = scales.flatMap((scale): readonly Figure[] => {
		const { machines, selection, decideMs, followMs, applyUs, passMs } = scale;
		const isPromised = machines === 10_000 && selection === "two";
		const of = `${machines.toLocaleString("en")} machines${selection === "all" ? ", every policy selects all" : ""}`;
		const floor = { what: "one pass over the machines", value: passMs };
		return [
			{
				what: `decide, median: ${of}`,
				value: decideMs.median,
				unit: "ms",
				floor,
				...(isPromised ? { atMost: 50 } : {}),
			},
			{ what: `decide, 95 %: ${of}`, value: decideMs.p95, unit: "ms" },
			{ what: `what follows a decision: ${of}`, value: followMs, unit: "ms", ...(isPromised ? { atMost: 50 } : {}) },
			{ what: `applyEvent: ${of}`, value: applyUs, unit: "us", ...(isPromised ? { atMost: 50 } : {}) },
		];
	});
	return [...rows, ...growth(two)];
}

/** Over each step of sizes and over all of them. Small fleets have costs that do not grow, which is why the steps are shown too. */
function growth(scales: readonly Scale[]): readonly Figure[] {
	const [first, last] = [scales[0], scales.at(-1)];
	if (!first || !last || first === last) return [];
	const steps = scales.slice(1).map((scale, index) => grown(scales[index] ?? first, scale));
	return [...steps, { ...grown(first, last), atMost: 1 }];
}

/** 1: its cost grows as n log n does. */
function grown(from: Scale, to: Scale): Figure {
	const value = to.decideMs.median / from.decideMs.median / (nLogN(to.machines) / nLogN(from.machines));
	const [few, many] = [from.machines, to.machines].map((machines) => machines.toLocaleString("en"));
	return { what: `decide grows, beside n log n: ${few} to ${many} machines`, value, unit: "x" };
}

function nLogN(n: number): number {
	return n * Math.log(n);
}
