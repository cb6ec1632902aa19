import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import type { Rates } from "../model/traffic.ts";
import { floorMs, slower } from "../plan/floor-ms.ts";
import type { SwarmMachine, SwarmPackage, SwarmReport } from "./cockpit.ts";
import { deliveryReport } from "./delivery-report.ts";
import { availabilityOf, type Pieces } from "./pieces-report.ts";
import { iso } from "./time-text.ts";

/** What was counted on the wire since the daemon began. */
export interface Counted {
	/** As the machine told the tracker; undefined: it has told nothing. */
	readonly peer: (
		machine: string,
		sha256: string,
	) => { readonly leftBytes: number; readonly uploadedBytes: number; readonly downloadedBytes: number } | undefined;
	/** Sent by the controller to the machine. */
	readonly sentTo: (machine: string, sha256: string) => number | undefined;
	readonly samples: (sha256: string) => readonly Sample[];
	/** undefined: it is not shared. */
	readonly pieces: (sha256: string) => Pieces | undefined;
	/** "http: the machine has curl" */
	readonly wayOf: (machine: string, sha256: string) => string | undefined;
}

/** Sums until then, in bytes. */
export interface Sample {
	readonly at: number;
	readonly sourceBytes: number;
	readonly receivedBytes: number;
}

export interface SwarmView {
	readonly fleet: Fleet;
	readonly now: number;
	/** Bytes that the controller sent, over all its lives, by hex SHA-256. */
	readonly uplink: ReadonlyMap<string, number>;
	readonly counted: Counted;
	/** Of the controller, bytes per second; null: not known. */
	readonly ownLink: number | null;
	readonly limitsOf: (sha256: string) => { readonly source: number | null; readonly machine: Rates };
}

interface Bringing {
	readonly rollout: Rollout;
	readonly spec: PackageSpec;
}

/** Each package that a rollout brings and the store holds, with every machine that it comes to. */
export function swarmReport(view: SwarmView): SwarmReport {
	const { fleet, now } = view;
	const all = [...fleet.rollouts.values()].flatMap((rollout) =>
		rollout.policy.packages.filter(({ sha256 }) => sha256 !== "").map((spec): Bringing => ({ rollout, spec })),
	);
	const delivering = deliveringIn(fleet);
	const packages = [...Map.groupBy(all, ({ spec }) => spec.sha256)].flatMap(([sha256, bringing]) => {
		const state = fleet.packages.get(sha256);
		return state?.kind === "held" ? swarmPackage(view, bringing, { sizeBytes: state.sizeBytes, delivering }) : [];
	});
	return { at: iso(now), packages };
}

interface Bits {
	readonly sizeBytes: number;
	/** "machine rollout package" of each delivery in flight. */
	readonly delivering: ReadonlySet<string>;
}

function swarmPackage(view: SwarmView, bringing: readonly Bringing[], bits: Bits): readonly SwarmPackage[] {
	const [first] = bringing;
	if (!first) return [];
	const { name, version, sha256 } = first.spec;
	const rows = new Map<string, SwarmMachine>();
	for (const each of bringing)
		for (const [machine, tasks] of each.rollout.progress) {
			const row = swarmMachine(view, each, { machine, task: tasks.get(each.spec.name), ...bits });
			if (row && !rows.get(machine)?.is_under_way) rows.set(machine, row);
		}
	const machines = [...rows.values()];
	const pieces = view.counted.pieces(sha256);
	return [
		{
			name,
			version,
			sha256,
			size_bytes: bits.sizeBytes,
			policies: [...new Set(bringing.map(({ rollout }) => rollout.policy.name))],
			holding: machines.filter(({ share }) => share === 1).length,
			controller_uplink_bytes: view.uplink.get(sha256) ?? 0,
			floor: floorOf(view, { sha256, sizeBytes: bits.sizeBytes }, machines),
			samples: view.counted.samples(sha256).map(({ at, sourceBytes, receivedBytes }) => {
				return { at: iso(at), source_bytes: sourceBytes, received_bytes: receivedBytes };
			}),
			pieces: pieces ? { count: pieces.count, availability: availabilityOf(pieces.count, machines) } : null,
			machines,
		},
	];
}

interface Place extends Bits {
	readonly machine: string;
	readonly task: Task | undefined;
}

/** null: nothing has come to it, and nothing is on the way. */
function swarmMachine({ counted }: SwarmView, { rollout, spec }: Bringing, place: Place): SwarmMachine | null {
	const { machine, task, sizeBytes, delivering } = place;
	const { sha256 } = spec;
	const isUnderWay = delivering.has(keyOf(machine, rollout.id, spec.name));
	const delivery = task && !isUnderWay ? deliveryReport([task]) : null;
	if (!delivery && !isUnderWay) return null;
	const peer = counted.peer(machine, sha256);
	const source = counted.sentTo(machine, sha256);
	const held = delivery ? undefined : counted.pieces(sha256)?.machines.get(machine);
	return {
		machine,
		share: delivery ? 1 : shareOf(peer?.leftBytes, source ?? 0, sizeBytes),
		pieces: held?.levels ?? null,
		has_left: held?.hasLeft ?? false,
		is_under_way: isUnderWay,
		method: delivery?.method ?? counted.wayOf(machine, sha256)?.split(":")[0] ?? null,
		source_bytes: delivery ? delivery.source_bytes : (source ?? null),
		peer_bytes: delivery ? delivery.peer_bytes : peer ? Math.max(0, peer.downloadedBytes - (source ?? 0)) : null,
		sent_bytes: peer?.uploadedBytes ?? 0,
		seconds: delivery?.seconds ?? null,
		floor_multiple: delivery?.floor_multiple ?? null,
	};
}

/** Who is in no swarm tells the tracker nothing; what we sent it is known all the same. */
function shareOf(leftBytes: number | undefined, sentBytes: number, sizeBytes: number): number {
	const held = leftBytes === undefined ? sentBytes : sizeBytes - leftBytes;
	return sizeBytes > 0 ? Math.max(0, Math.min(1, held / sizeBytes)) : 0;
}

function deliveringIn({ running }: Fleet): ReadonlySet<string> {
	const keys = new Set<string>();
	for (const { step } of running.values())
		if (step.kind === "deliver") keys.add(keyOf(step.machine, step.rollout, step.package));
	return keys;
}

function keyOf(machine: string, rollout: string, name: string): string {
	return `${machine} ${rollout} ${name}`;
}

/** Over the machines to which it had to come at all. */
function floorOf(
	{ fleet, ownLink, limitsOf }: SwarmView,
	{ sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
	machines: readonly SwarmMachine[],
): SwarmPackage["floor"] {
	const { source, machine: limit } = limitsOf(sha256);
	const receivers = machines
		.filter(({ method }) => method !== "already_staged")
		.map(({ machine }) => {
			const link = fleet.machines.get(machine)?.facts?.linkBytesPerSecond ?? null;
			return { up: slower(link, limit.up), down: slower(link, limit.down) };
		});
	const ms = receivers.length === 0 ? null : floorMs({ sizeBytes, source: slower(ownLink, source), receivers });
	return ms ? { seconds: ms / 1000, bytes_per_second: (receivers.length * sizeBytes * 1000) / ms } : null;
}
