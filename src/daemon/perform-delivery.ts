import { createReadStream } from "node:fs";
import { pipeline, type Readable, Transform } from "node:stream";
import type { Event, Outcome } from "../model/event.ts";
import { DELIVERY_METHODS } from "../model/policy.ts";
import { type Failed, failed } from "../push/failed.ts";
import type { Delivery, Pushed, Task } from "../push/task.ts";
import { Pace } from "../swarm/pace.ts";
import { SwarmDown } from "../swarm/swarm-down.ts";
import { deliveryFloor } from "./delivery-floor.ts";
import type { Performers, Push } from "./performers.ts";
import { tokenFor } from "./token.ts";

/** A way by which no byte comes for this long is given up, and the next one is gone. */
const STALL_MS = 45_000;

/** Delivers a package that is in the store, and says by our own counts where its bytes came from. */
export async function performDelivery(performers: Performers, push: Push): Promise<Pushed> {
	const { store, pusher, journal, record, now } = performers;
	const { step, target, task, signal } = push;
	const { name, sha256 } = task.spec;
	if (!(await store.has(sha256))) {
		record([{ kind: "PackageLost", sha256, at: now() }]);
		const failure = { code: "FS-PACKAGE-MISSING" as const, detail: `${name}: ${sha256} is not in the store` };
		return { outcome: { kind: "failed", failure } };
	}
	const before = await sentTo(performers, step.machine, sha256);
	const heardBefore = performers.receivedBytes(step.machine, sha256);
	let readBytes = 0;
	const delivery = await deliveryOf(performers, push, (bytes) => {
		readBytes += bytes;
	});
	const floor = await deliveryFloor(performers, step.machine, { sha256, sizeBytes: delivery.sizeBytes });
	const pushed = await pusher.deliver(target, task, delivery, signal).catch(swarmDown);
	const { outcome } = pushed;
	// What went through SSH went up the controller's link, too, however it ended, and no swarm counts it.
	if (readBytes > 0) journal.addUplink(sha256, readBytes);
	if (outcome.kind !== "delivered" || outcome.method === "already_staged") return pushed;
	const after = await sentTo(performers, step.machine, sha256);
	const seeded = before === null || after === null ? null : Math.max(0, after - before);
	const heardBytes = performers.receivedBytes(step.machine, sha256) - heardBefore;
	const counted = asCounted(outcome, heardBytes, seeded);
	return { ...pushed, outcome: withFloor(counted, floor, delivery.sizeBytes) };
}

/** `onRead` is told of the bytes that go through SSH. */
async function deliveryOf(
	performers: Performers,
	{ step, policy, task }: Push,
	onRead: (bytes: number) => void,
): Promise<Delivery> {
	const { store, swarm, settings, secret, helpers, record, onReached, onWay, now, limitsOf, uplink } = performers;
	const { machine } = step;
	const { sha256 } = task.spec;
	const access = (localAddress: string) => {
		return { token: tokenFor(secret, machine), host: settings.swarm.address ?? localAddress };
	};
	return {
		methods: policy.delivery?.methods ?? DELIVERY_METHODS,
		sizeBytes: await store.sizeBytes(sha256),
		stallMs: STALL_MS,
		torrent: async (localAddress) => (await share(performers, task)) ?? swarm.torrentFor(sha256, access(localAddress)),
		url: async (localAddress) => (await share(performers, task)) ?? swarm.urlFor(sha256, access(localAddress)),
		rates: () => limitsOf(sha256).machine,
		heardBytes: () => performers.receivedBytes(machine, sha256),
		read: (start) => readAtPace(performers, { sha256, start }, onRead),
		onReached: (address) => onReached(machine, address),
		helperFor: (platform) => helpers.helperFor(platform, [paceOf(performers, sha256), uplink]),
		onChosen: async (method: Extract<Event, { kind: "DeliveryChosen" }>["method"], because: string) => {
			record([{ kind: "DeliveryChosen", machine, sha256, method, because, at: now() }]);
			onWay(machine, sha256, `${method}: ${because}`);
		},
	};
}

/** Null: it is shared. A disk that has no room for the torrent, say, is no reason not to go another way. */
async function share({ swarm }: Performers, { spec, ref }: Task): Promise<Failed | null> {
	try {
		await swarm.share(spec.sha256);
		return null;
	} catch (error) {
		if (error instanceof SwarmDown || !(error instanceof Error)) throw error;
		return failed("FS-DELIVER-FAILED", `${ref.machine}: ${spec.name}: it cannot be shared: ${error.message}`);
	}
}

/** Through SSH no swarm and no HTTP server holds it to the limits. */
function readAtPace(
	performers: Performers,
	{ sha256, start }: { readonly sha256: string; readonly start: number },
	onRead: (bytes: number) => void,
): Readable {
	const { store, uplink } = performers;
	const file = createReadStream(store.path(sha256), { start });
	const counted = new Transform({
		transform: (chunk: Buffer, _encoding, done) => {
			onRead(chunk.length);
			done(null, chunk);
		},
	});
	// Whoever reads hears of an error by the last of them.
	return pipeline(file, paceOf(performers, sha256).stream(), uplink.stream(), counted, () => undefined);
}

/** Of the one machine. */
function paceOf({ limitsOf }: Performers, sha256: string): Pace {
	return new Pace(() => limitsOf(sha256).machine.down);
}

/** What the swarm has sent to the machine; null: it is away. */
async function sentTo({ swarm, sentBytes }: Performers, machine: string, sha256: string): Promise<number | null> {
	const isCounted = await swarm.countSent().then(
		() => true,
		() => false,
	);
	return isCounted ? (sentBytes(machine, sha256) ?? 0) : null;
}

type Delivered = Extract<Outcome, { kind: "delivered" }>;

/**
 * In the swarm the tracker's count has what was sent twice in it, too; where it heard nothing, what was not there yet stands. `heardBytes`: of the
 * machine, and `seeded`: what the swarm sent, meanwhile.
 */
function asCounted(outcome: Delivered, heardBytes: number, seeded: number | null): Delivered {
	const isOfPeers = outcome.method !== "http" && outcome.method !== "sftp";
	const bytes = (isOfPeers && heardBytes) || outcome.bytes;
	if (seeded === null) return { ...outcome, bytes };
	const sourceBytes = (outcome.sourceBytes ?? 0) + seeded;
	return { ...outcome, bytes, sourceBytes, peerBytes: isOfPeers ? Math.max(0, bytes - sourceBytes) : 0 };
}

/** What an earlier try had left there did not have to come. */
function withFloor(outcome: Delivered, floorMs: number | null, sizeBytes: number): Delivered {
	const share = Math.min(1, outcome.bytes / Math.max(1, sizeBytes));
	return floorMs === null ? outcome : { ...outcome, floorMs: Math.round(floorMs * share) };
}

/** The swarm restarts by itself; anything else that throws is a bug. */
function swarmDown(error: unknown): Pushed {
	if (!(error instanceof SwarmDown)) throw error;
	return { outcome: { kind: "failed", failure: { code: error.code, detail: error.message } } };
}
