import type { Delivery, Rollout, Task } from "../model/fleet.ts";
import { tasksOf } from "../plan/task.ts";
import type { DeliveryReport, PackageDelivery, RolloutMachine, WayCount } from "./cockpit.ts";
import { sizeText } from "./size-text.ts";

/** A machine's deliveries in one rollout as one: bytes and times added up, the way of the first. */
export function deliveryReport(tasks: readonly Task[]): DeliveryReport | null {
	const delivered = tasks.flatMap(({ delivery }) => delivery ?? []);
	const [first] = delivered;
	if (!first) return null;
	const sum = (of: (delivery: Delivery) => number | undefined) =>
		delivered.reduce<number | null>((total, each) => plus(total, of(each)), 0);
	const seconds = (sum(({ durationMs }) => durationMs) ?? 0) / 1000;
	const floorMs = sum((each) => each.floorMs);
	return {
		method: first.method,
		bytes: sum(({ bytes }) => bytes) ?? 0,
		seconds,
		source_bytes: sum(({ sourceBytes }) => sourceBytes),
		peer_bytes: sum(({ peerBytes }) => peerBytes),
		floor_multiple: floorMs ? (seconds * 1000) / floorMs : null,
		because: first.because ?? null,
	};
}

/** What was not counted makes the sum unknown. */
function plus(total: number | null, bytes: number | undefined): number | null {
	return total === null || bytes === undefined ? null : total + bytes;
}

/** How each package came to the machine, in their order. */
export function packageDeliveries(rollout: Rollout, machine: string): readonly PackageDelivery[] {
	if (!rollout.progress.has(machine)) return [];
	return tasksOf(rollout, machine).flatMap(({ spec, task }) => {
		const report = deliveryReport([task]);
		return report ? [{ package: spec.name, ...report }] : [];
	});
}

/** How many machines got their first package by which way, the most frequent first. */
export function waysOf(machines: readonly RolloutMachine[]): readonly WayCount[] {
	const counts = Map.groupBy(
		machines.flatMap(({ delivery }) => delivery?.method ?? []),
		(method) => method,
	);
	return [...counts]
		.map(([method, each]) => ({ method, machines: each.length }))
		.sort((a, b) => b.machines - a.machines);
}

/** "app came by http in 2.1 s (4.2 MiB from the controller): the machine has curl; passed over: ..." */
export function deliverySentence({ package: name, ...delivery }: PackageDelivery): string {
	const { method, seconds, floor_multiple: multiple, because } = delivery;
	const why = because === null ? "" : `: ${because}`;
	if (method === "already_staged") return `${name} was there already${why}`;
	const floor = multiple === null ? "" : `, ${multiple.toFixed(1)} x the floor`;
	return `${name} came by ${method} in ${seconds.toFixed(1)} s${floor} (${bytesFrom(delivery)})${why}`;
}

function bytesFrom({ bytes, source_bytes, peer_bytes }: DeliveryReport): string {
	if (source_bytes === null || peer_bytes === null) return sizeText(bytes);
	return `${sizeText(source_bytes)} from the controller, ${sizeText(peer_bytes)} from machines`;
}
