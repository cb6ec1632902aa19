import { BlockList, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/** The network behind one of our own addresses. */
export interface Network {
	readonly address: string;
	readonly isLoopback: boolean;
	/** Whether an IPv4 address is on this link (RFC 6762 section 11). */
	readonly contains: (address: string) => boolean;
}

/** Our own IPv4 addresses that are not loopback. */
export function lanAddresses(): readonly string[] {
	return ipv4Interfaces().flatMap(({ address, internal }) => (internal ? [] : [address]));
}

/** Null: no interface has that address now. */
export function networkOf(address: string): Network | null {
	const own = ipv4Interfaces().find((entry) => entry.address === address);
	if (!own) return null;
	const link = new BlockList();
	for (const { name, cidr } of ipv4Interfaces()) {
		const [net, prefix] = cidr?.split("/") ?? [];
		if (name === own.name && net && prefix) link.addSubnet(net, Number(prefix), "ipv4");
	}
	return { address, isLoopback: own.internal, contains: (other) => isIPv4(other) && link.check(other, "ipv4") };
}

const never = new BlockList();
never.addSubnet("0.0.0.0", 8);
never.addSubnet("224.0.0.0", 3);
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);

/** An address that a machine on this network can have. Loopback heard from the LAN would make us log in to ourselves. */
export function isMachineAddress(address: unknown, network: Network): address is string {
	if (typeof address !== "string" || !isIPv4(address) || never.check(address)) return false;
	return network.isLoopback || !loopback.check(address);
}

function ipv4Interfaces() {
	return Object.entries(networkInterfaces()).flatMap(([name, entries]) =>
		(entries ?? []).filter(({ family }) => family === "IPv4").map((entry) => ({ name, ...entry })),
	);
}
