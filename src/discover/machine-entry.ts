/** Times are monotonic milliseconds. */
export interface Entry {
	readonly name: string;
	readonly services: Map<string, Service>;
	/** By link and address: a cache flush on one link says nothing of another (RFC 6762 section 10.2). */
	readonly addresses: Map<string, Address>;
	heardAt: number;
	told: { readonly sighting: Sighting; readonly at: number } | null;
}

export interface Service extends Living {
	readonly rank: number;
	readonly port: number;
	labels: Readonly<Record<string, string>>;
}

export interface Address extends Living {
	readonly address: string;
	readonly link: string;
	/** 2: it is the sender's own. 1: it is on the link where it was heard. 0: neither. */
	readonly rank: number;
	readonly heardAt: number;
}

export interface Living {
	expiresAt: number;
	/** It was called back, and lives for one more second. */
	ending: "goodbye" | "replaced" | null;
}

/** What the core is told of a machine. */
export interface Sighting {
	readonly address: string;
	readonly port: number;
	readonly labels: Readonly<Record<string, string>>;
}

const MAX_LABELS = 16;

/** Null while no service or no address is known. An address already told is kept as long as it lives. */
export function sightingOf(entry: Entry): Sighting | null {
	const services = [...entry.services.values()].sort((a, b) => a.rank - b.rank);
	const [service] = services;
	const address = bestAddress(entry);
	if (!service || !address) return null;
	const labels = services.flatMap((each) => Object.entries(each.labels)).reverse();
	const sorted = [...new Map(labels)].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_LABELS);
	return { address: address.address, port: service.port, labels: Object.fromEntries(sorted) };
}

/** Also true for null and null. */
export function isSameSighting(a: Sighting | null, b: Sighting | null): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

function bestAddress(entry: Entry): Address | undefined {
	const told = entry.told?.sighting.address;
	const worth = (each: Address) => (each.ending ? 0 : 10) + each.rank * 2 + Number(each.address === told);
	return [...entry.addresses.values()].sort((a, b) => worth(b) - worth(a) || b.heardAt - a.heardAt)[0];
}
