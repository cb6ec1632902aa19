import type { Link } from "../../lab/network.ts";

/** A place to run programs at: a namespace of the shaped LAN, or an address on loopback. */
export interface Host {
	readonly name: string;
	readonly address: string;
	/** The words before a command that make it run there. */
	readonly enter: readonly string[];
	/** Of its cable, both ways; in bits a second. Loopback has neither rate nor cable. */
	readonly rate: number;
	readonly link: Link | null;
}

export function hostOn(link: Link, rate: number): Host {
	const { name, address, namespace } = link;
	return { name, address, rate, link, enter: ["nsenter", `--net=/run/netns/${namespace}`] };
}

export function loopbackHost(name: string, number: number): Host {
	return { name, address: `127.0.0.${number}`, enter: [], rate: Number.POSITIVE_INFINITY, link: null };
}
