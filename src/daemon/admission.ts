import type { KeyObject } from "node:crypto";
import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { siteOf } from "../plan/site-of.ts";
import type { Admitted } from "../swarm/messages.ts";
import { tokenFor } from "./token.ts";

interface Known {
	readonly machine: Machine;
	readonly admitted: Admitted;
}

/**
 * What the swarm is told of machines that may be peers: the approved ones, each by a token of its own, from its own address. A machine changes with every fact
 * that is read of it, and a fleet is never quiet: what is the same as before is neither made nor told again.
 */
export class Admission {
	readonly #secret: KeyObject;
	#machines: ReadonlyMap<string, Machine> | null = null;
	#sites: readonly Site[] = [];
	#known: ReadonlyMap<string, Known> = new Map();

	constructor(secret: KeyObject) {
		this.#secret = secret;
	}

	/** All who may be peers; null: the same as were told before. */
	follow(machines: ReadonlyMap<string, Machine>, sites: readonly Site[]): readonly Admitted[] | null {
		if (this.#machines === machines && this.#sites === sites) return null;
		const before = this.#sites === sites ? this.#known : new Map<string, Known>();
		const known = new Map<string, Known>();
		let isSame = this.#machines !== null;
		for (const machine of machines.values()) {
			if (machine.trust.kind !== "approved") continue;
			const admitted = this.#admit(machine, sites, before.get(machine.name));
			known.set(machine.name, { machine, admitted });
			isSame &&= admitted === before.get(machine.name)?.admitted;
		}
		isSame &&= known.size === before.size;
		[this.#machines, this.#sites, this.#known] = [machines, sites, known];
		return isSame ? null : [...known.values()].map(({ admitted }) => admitted);
	}

	#admit(machine: Machine, sites: readonly Site[], before: Known | undefined): Admitted {
		if (before?.machine === machine) return before.admitted;
		const { name, address } = machine;
		const site = siteOf(sites, machine);
		if (before?.admitted.address === address && before.admitted.site === site) return before.admitted;
		return { machine: name, address, token: before?.admitted.token ?? tokenFor(this.#secret, name), site };
	}
}
