import { bitsPerSecond } from "../../lab/arguments.ts";
import type { Footprint } from "../../lab/footprint.ts";
import { type Counters, HOSTS, Network } from "../../lab/network.ts";
import type { RateGroup } from "./arguments.ts";
import { type Host, hostOn, loopbackHost } from "./host.ts";

export interface Lan {
	/** null: all are on loopback, where nothing is counted. */
	readonly network: Network | null;
	readonly source: Host;
	/** In the order of the groups. */
	readonly machines: readonly Host[];
	/** Not approved machines. */
	readonly guests: readonly Host[];
}

const FIRST_GUEST = 240;

export interface LanOptions {
	readonly sourceRate: string;
	readonly groups: readonly RateGroup[];
	readonly lastGuestRate?: string;
}

/** The shaped LAN: a controller, the machines, and cables for those who should not be here. */
export async function raiseLan(
	footprint: Footprint,
	{ sourceRate, groups, lastGuestRate = sourceRate }: LanOptions,
): Promise<Lan> {
	const network = await Network.create(footprint, sourceRate);
	const join = async (name: string, host: number, rate: string) =>
		hostOn(await network.join(name, host, rate), bitsPerSecond(rate));
	const source = await join("controller", HOSTS.controller, sourceRate);
	const rates = groups.flatMap(({ rate, count }) => Array.from({ length: count }, () => rate));
	const machines: Host[] = [];
	for (const [index, rate] of rates.entries())
		machines.push(await join(`mill-${String(index + 1).padStart(2, "0")}`, HOSTS.firstMachine + index, rate));
	const guests: Host[] = [];
	for (const [index, rate] of [sourceRate, sourceRate, lastGuestRate].entries())
		guests.push(await join(`guest-${index + 1}`, FIRST_GUEST + index, rate));
	return { network, source, machines, guests };
}

/** One source and one peer on loopback, for which nobody has to be root. */
export function loopback(): Lan {
	return { network: null, source: loopbackHost("source", 1), machines: [loopbackHost("peer", 2)], guests: [] };
}

/** Begins to count; the answer tells what has passed each host's cable since. */
export async function meter({
	network,
	source,
	machines,
	guests,
}: Lan): Promise<() => Promise<(host: Host) => Counters>> {
	const read = async () => {
		const counters = new Map<Host, Counters>();
		for (const host of [source, ...machines, ...guests])
			if (network && host.link) counters.set(host, await network.counters(host.link));
		return counters;
	};
	const before = await read();
	return async () => {
		const after = await read();
		const passed = (host: Host, what: keyof Counters) =>
			(after.get(host)?.[what] ?? 0) - (before.get(host)?.[what] ?? 0);
		return (host) => ({ sentBytes: passed(host, "sentBytes"), receivedBytes: passed(host, "receivedBytes") });
	};
}
