import type { DeliveredOutcome, Outcome } from "../model/event.ts";
import type { DeliveryMethod } from "../model/policy.ts";
import { appendThroughSession } from "./append-package.ts";
import { linesOf } from "./ask.ts";
import { becauseOf, judgeWays, neededBytes, noWay, type PassedOver, roomFor, type Way } from "./choose-delivery.ts";
import { readDeliveryFacts } from "./commands/read-delivery-facts.ts";
import { askMachine, type Delivering } from "./delivering.ts";
import { type DeliveryFacts, parseDeliveryFacts } from "./parse-delivery-facts.ts";
import { pushHelper } from "./push-helper.ts";
import { runTransport } from "./run-transport.ts";
import type { Delivery, Helper, Pushed } from "./task.ts";

type Brought = Pick<DeliveredOutcome, "method" | "bytes" | "because" | "sourceBytes" | "peerBytes">;

/**
 * Brings the package to the machine's staging path by the first way of the policy's order that the machine can go; one that stalls or
 * fails gives way to the next, except when the disk is full: the next one would remove what this one brought. Errors: FS-SSH-*, FS-DISK-*,
 * FS-DELIVER-TOOL, -DISK, -FAILED, -STALLED: of the last way that was tried.
 */
export async function deliverPackage(delivering: Delivering): Promise<Pushed> {
	const { task, delivery } = delivering;
	const begunAt = performance.now();
	const asked = await askMachine(delivering, readDeliveryFacts(task.spec.sha256));
	if ("failure" in asked) return { outcome: asked };
	const facts = parseDeliveryFacts(linesOf(asked.answer));
	const durationMs = () => Math.round(performance.now() - begunAt);
	if (facts.isStaged) {
		const [method, because] = ["already_staged", "the staged file has the package's digest"] as const;
		await delivery.onChosen(method, because);
		return { outcome: { kind: "delivered", method, bytes: 0, durationMs: durationMs(), because } };
	}
	const full = facts.running ? null : roomFor(facts, task, neededBytes(facts, delivery.sizeBytes));
	if (full) return { outcome: full };
	const brought = await tryWays(delivering, facts);
	return "outcome" in brought ? brought : { outcome: { kind: "delivered", ...brought, durationMs: durationMs() } };
}

async function tryWays(delivering: Delivering, facts: DeliveryFacts): Promise<Pushed | Brought> {
	const { task, delivery } = delivering;
	const { methods, sizeBytes } = delivery;
	const helper = await delivery.helperFor(facts.platform);
	const passed: PassedOver[] = [];
	let last: Pushed | null = null;
	for (const way of judgeWays(facts, { methods, helper, neededBytes: neededBytes(facts, sizeBytes) })) {
		if ("reason" in way) {
			passed.push(way);
			continue;
		}
		const because = becauseOf(way, passed);
		await delivery.onChosen(way.method, because);
		// A way that was given up has changed what is there.
		const now = last === null ? facts : ((await readFacts(delivering)) ?? facts);
		const gone = await go(delivering, way, { helper, facts: now });
		if (!("outcome" in gone)) return { method: way.method, because, ...gone };
		last = gone;
		const reason = whyGivenUp(gone.outcome);
		if (reason === null) return gone;
		passed.push({ method: way.method, reason });
	}
	return last ?? { outcome: noWay(task, passed) };
}

type Gone = Pick<Brought, "bytes" | "sourceBytes" | "peerBytes">;

/** Null: the machine does not say. */
async function readFacts(delivering: Delivering): Promise<DeliveryFacts | null> {
	const asked = await askMachine(delivering, readDeliveryFacts(delivering.task.spec.sha256));
	return "failure" in asked ? null : parseDeliveryFacts(linesOf(asked.answer));
}

interface With {
	readonly helper: Helper | null;
	readonly facts: DeliveryFacts;
}

async function go(delivering: Delivering, way: Way, { helper, facts }: With): Promise<Pushed | Gone> {
	const { method, runningKey } = way;
	if (method === "sftp") {
		const appended = await appendThroughSession(delivering, facts.prefixBytes);
		if ("failure" in appended) return { outcome: appended };
		return { bytes: appended.sentBytes, sourceBytes: appended.sentBytes, peerBytes: 0 };
	}
	if (method === "helper" && helper && runningKey === undefined && !way.isKept) {
		const refused = await pushHelper(delivering, helper);
		if (refused) return { outcome: refused };
	}
	const running = runningKey === undefined ? {} : { runningKey };
	const from = method === "helper" && helper ? { helper: helper.sha256 } : {};
	const ended = await runTransport(delivering, { method, ...running, ...from });
	return ended ?? { bytes: comingBytes(facts, method, delivering.delivery) };
}

/** What is there of an earlier try, or of one that another life of the controller began, does not come. */
function comingBytes({ piecesBytes, prefixBytes }: DeliveryFacts, method: DeliveryMethod, { sizeBytes }: Delivery) {
	const there = method === "http" ? prefixBytes : Math.max(piecesBytes, prefixBytes);
	return Math.max(0, sizeBytes - there);
}

/** Null: no other way would fare better, as when the machine is out of contact. */
function whyGivenUp(outcome: Outcome): string | null {
	if (outcome.kind !== "failed") return null;
	const { code, detail } = outcome.failure;
	// No program runs there, but bytes may lie there.
	const mayLie = code.startsWith("FS-DELIVER-") || code === "FS-DISK-NOEXEC";
	return mayLie ? `gave up: ${detail.replace(/^.*?: /, "")}` : null;
}
