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

const BRIDGE = "br0";
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
		// No snooping: nobody here answers the queries that would keep a multicast group alive.
		const bridge = ["type", "bridge", "mcast_snooping", "0", "stp_state", "0", "forward_delay", "0"];
		await must(["ip", "-n", ns, "link", "add", BRIDGE, ...bridge]);
		await must(["ip", "-n", ns, "link", "set", BRIDGE, "up"]);
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

async function shape(namespace: string, device: string, rate: string): Promise<void> {
	const bucket = ["rate", rate, "burst", "256kb", "latency", "60ms"];
	await must(["tc", "-n", namespace, "qdisc", "add", "dev", device, "root", "tbf", ...bucket]);
}

interface LinkStatistics {
	readonly stats64: { readonly rx: { readonly bytes: number }; readonly tx: { readonly bytes: number } };
}

async function readCounters(namespace: string, device: string): Promise<Counters> {
	const text = await must(["ip", "-n", namespace, "-j", "-s", "link", "show", "dev", device]);
	const [statistics] = JSON.parse(text) as LinkStatistics[];
	if (!statistics) throw new Error(`${namespace}: no counters of ${device}`);
	return { sentBytes: statistics.stats64.tx.bytes, receivedBytes: statistics.stats64.rx.bytes };
}
