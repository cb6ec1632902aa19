import { must } from "./command.ts";
import type { Footprint } from "./footprint.ts";

/** One member's cable: `eth0` in the member's namespace, `port` at the bridge. */
export interface Link {
	readonly name: string;
	readonly namespace: string;
	readonly address: string;
	readonly port: string;
}

/** Bytes that the member sent and received, headers included. */
export interface Counters {
	readonly sentBytes: number;
	readonly receivedBytes: number;
}

/** Another place behind a link of its own, which all that its members say to the rest and hear from it goes over. */
export interface Branch {
	/** What went to it, headers included. */
	readonly inBytes: () => Promise<number>;
	/** Its members are where all the others are again. */
	readonly close: () => Promise<void>;
}

const BRIDGE = "br0";
const FAR_BRIDGE = "br1";
/** Of the branch's link: the end at the bridge, and the one at the branch's. */
const NEAR_END = "b-near";
const FAR_END = "b-far";
/** Of the segment; members may be 1 to 254. */
const SUBNET = "10.77.0";

/** Addresses of the lab's own members; machines follow from 11 on. */
export const HOSTS = { controller: 1, origin: 2, firstMachine: 11 } as const;

/** An Ethernet segment of its own: a bridge in a namespace with no way out, and a shaped cable to each member. */
export class Network {
	readonly #footprint: Footprint;
	readonly #bridge: string;
	/** In the words of tc(8), such as `100mbit`; it holds for each direction of each cable that has no rate of its own. */
	readonly #rate: string;

	private constructor(footprint: Footprint, rate: string) {
		this.#footprint = footprint;
		this.#bridge = footprint.namespace("lan");
		this.#rate = rate;
	}

	static async create(footprint: Footprint, rate: string): Promise<Network> {
		const network = new Network(footprint, rate);
		const ns = network.#bridge;
		await must(["ip", "netns", "add", ns]);
		await addBridge(ns, BRIDGE);
		return network;
	}

	/** Adds a member with a namespace of its own, on a cable of the network's rate or of its own. */
	async join(name: string, host: number, rate: string = this.#rate): Promise<Link> {
		const namespace = this.#footprint.namespace(name);
		const link = { name, namespace, address: `${SUBNET}.${host}`, port: `p-${name}` };
		await must(["ip", "netns", "add", namespace]);
		const peer = ["type", "veth", "peer", "name", link.port, "netns", this.#bridge];
		await must(["ip", "-n", namespace, "link", "add", "eth0", ...peer]);
		await must(["ip", "-n", namespace, "addr", "add", `${link.address}/24`, "dev", "eth0"]);
		await must(["ip", "-n", namespace, "link", "set", "lo", "up"]);
		await must(["ip", "-n", namespace, "link", "set", "eth0", "up"]);
		await must(["ip", "-n", this.#bridge, "link", "set", link.port, "master", BRIDGE, "up"]);
		await shape(namespace, "eth0", rate);
		await shape(this.#bridge, link.port, rate);
		return link;
	}

	/** Of all members by their ports, as the bridge counts them: at one moment, but without what is still queued at the other ends. */
	async allCounters(): Promise<ReadonlyMap<string, Counters>> {
		const statistics = await readStatistics(this.#bridge);
		return new Map(
			statistics.map(({ ifname, stats64: { rx, tx } }) => {
				return [ifname, { sentBytes: rx.bytes, receivedBytes: tx.bytes }];
			}),
		);
	}

	/** Moves members to a branch behind a link of that rate. There may be one at a time. */
	async branch(members: readonly Link[], rate: string): Promise<Branch> {
		const ns = this.#bridge;
		await addBridge(ns, FAR_BRIDGE);
		await must(["ip", "-n", ns, "link", "add", NEAR_END, "type", "veth", "peer", "name", FAR_END]);
		await must(["ip", "-n", ns, "link", "set", NEAR_END, "master", BRIDGE, "up"]);
		await must(["ip", "-n", ns, "link", "set", FAR_END, "master", FAR_BRIDGE, "up"]);
		for (const end of [NEAR_END, FAR_END]) await shape(ns, end, rate);
		const move = async (bridge: string) => {
			for (const { port } of members) await must(["ip", "-n", ns, "link", "set", port, "master", bridge]);
		};
		await move(FAR_BRIDGE);
		return {
			inBytes: async () => (await readCounters(ns, NEAR_END)).sentBytes,
			close: async () => {
				await move(BRIDGE);
				for (const device of [NEAR_END, FAR_BRIDGE]) await must(["ip", "-n", ns, "link", "delete", device]);
			},
		};
	}

	/** Pulls a member's cable out at the bridge, or puts it in again. */
	async plug({ port }: Link, state: "in" | "out"): Promise<void> {
		await must(["ip", "-n", this.#bridge, "link", "set", port, state === "in" ? "up" : "down"]);
	}

	/** From both ends of the cable. They differ by what was still queued, so the larger one of each is taken. */
	async counters({ namespace, port }: Link): Promise<Counters> {
		const near = await readCounters(namespace, "eth0");
		const far = await readCounters(this.#bridge, port);
		return {
			sentBytes: Math.max(near.sentBytes, far.receivedBytes),
			receivedBytes: Math.max(near.receivedBytes, far.sentBytes),
		};
	}
}

async function addBridge(namespace: string, name: string): Promise<void> {
	// No snooping: nobody here answers the queries that would keep a multicast group alive.
	const bridge = ["type", "bridge", "mcast_snooping", "0", "stp_state", "0", "forward_delay", "0"];
	await must(["ip", "-n", namespace, "link", "add", name, ...bridge]);
	await must(["ip", "-n", namespace, "link", "set", name, "up"]);
}

async function shape(namespace: string, device: string, rate: string): Promise<void> {
	const bucket = ["rate", rate, "burst", "256kb", "latency", "60ms"];
	await must(["tc", "-n", namespace, "qdisc", "add", "dev", device, "root", "tbf", ...bucket]);
}

interface LinkStatistics {
	readonly ifname: string;
	readonly stats64: { readonly rx: { readonly bytes: number }; readonly tx: { readonly bytes: number } };
}

async function readCounters(namespace: string, device: string): Promise<Counters> {
	const [statistics] = await readStatistics(namespace, ["dev", device]);
	if (!statistics) throw new Error(`${namespace}: no counters of ${device}`);
	return { sentBytes: statistics.stats64.tx.bytes, receivedBytes: statistics.stats64.rx.bytes };
}

async function readStatistics(namespace: string, which: readonly string[] = []): Promise<readonly LinkStatistics[]> {
	return JSON.parse(await must(["ip", "-n", namespace, "-j", "-s", "link", "show", ...which])) as LinkStatistics[];
}
