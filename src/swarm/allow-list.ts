import type { Admitted } from "./messages.ts";

/** The machines that may take part. Everything else is refused, by the tracker and at accept. */
export class AllowList {
	#byToken = new Map<string, Admitted>();
	#addresses = new Set<string>();
	#sites = new Map<string, string | null>();

	replace(peers: readonly Admitted[]): void {
		this.#byToken = new Map(peers.map((peer) => [peer.token, peer]));
		this.#sites = new Map(peers.map(({ machine, site = null }) => [machine, site]));
		this.#addresses = new Set(peers.flatMap(({ address }) => sourcesOf(plainAddress(address))));
	}

	/** The machine that holds this token, if the request comes from its address. */
	machine(token: unknown, address: string): string | null {
		const peer = typeof token === "string" ? this.#byToken.get(token) : undefined;
		return peer && sourcesOf(plainAddress(peer.address)).includes(plainAddress(address)) ? peer.machine : null;
	}

	/** Null: where the controller is. */
	siteOf(machine: string): string | null {
		return this.#sites.get(machine) ?? null;
	}

	admits(address: string | undefined): boolean {
		return address !== undefined && this.#addresses.has(plainAddress(address));
	}
}

/** Where a machine's connections may come from: a machine on 127.0.0.x is seen to connect from 127.0.0.1. */
function sourcesOf(address: string): readonly string[] {
	return address.startsWith("127.") ? [address, "127.0.0.1"] : [address];
}

/** A socket that listens on both families tells IPv4 addresses as ::ffff:10.0.0.1. */
function plainAddress(address: string): string {
	return address.replace(/^::ffff:/, "");
}
