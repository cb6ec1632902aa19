import type { Admitted } from "./messages.ts";

/** The machines that may take part. Everything else is refused, by the tracker and at accept. */
export class AllowList {
	#byToken = new Map<string, Admitted>();
	#byMachine = new Map<string, Admitted>();
	#addresses = new Set<string>();

	replace(peers: readonly Admitted[]): void {
		this.#byToken = new Map(peers.map((peer) => [peer.token, peer]));
		this.#byMachine = new Map(peers.map((peer) => [peer.machine, peer]));
		this.#addresses = new Set(peers.flatMap(sourcesOf));
	}

	/** The machine that holds this token, if the request comes from its address. */
	machine(token: unknown, address: string): string | null {
		const peer = typeof token === "string" ? this.#byToken.get(token) : undefined;
		return peer && isAt(peer, address) ? peer.machine : null;
	}

	/** Whether the machine may take part, from this address. */
	isAt(machine: string, address: string): boolean {
		const peer = this.#byMachine.get(machine);
		return peer !== undefined && isAt(peer, address);
	}

	has(machine: string): boolean {
		return this.#byMachine.has(machine);
	}

	/** Null: where the controller is. */
	siteOf(machine: string): string | null {
		return this.#byMachine.get(machine)?.site ?? null;
	}

	admits(address: string | undefined): boolean {
		return address !== undefined && this.#addresses.has(plainAddress(address));
	}
}

function isAt(peer: Admitted, address: string): boolean {
	return sourcesOf(peer).includes(plainAddress(address));
}

/** Where a machine's connections may come from: a machine on 127.0.0.x is seen to connect from 127.0.0.1. */
function sourcesOf({ address, reachedAt = address }: Admitted): readonly string[] {
	return [address, reachedAt]
		.map(plainAddress)
		.flatMap((each) => (each.startsWith("127.") ? [each, "127.0.0.1"] : [each]));
}

/** A socket that listens on both families tells IPv4 addresses as ::ffff:10.0.0.1. */
function plainAddress(address: string): string {
	return address.replace(/^::ffff:/, "");
}
