import type { KeyObject } from "node:crypto";
import type { Machine } from "../model/machine.ts";
import type { Site } from "../model/traffic.ts";
import { siteOf } from "../plan/site-of.ts";
import type { Admitted } from "../swarm/messages.ts";
import { tokenFor } from "./token.ts";

interface Known {
	/** Null: it is to be looked at again. */
	readonly machine: Machine | null;
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
	#known = new Map<string, Known>();
	/** By machine, where it was found under the address by which it is known. */
	readonly #reached = new Map<string, { readonly at: string; readonly knownAs: string }>();

	constructor(secret: KeyObject) {
		this.#secret = secret;
	}

	/** What `follow` tells next has it: a machine that is known by a name, or by another address, connects from where it is. */
	reached(name: string, at: string): void {
		const admitted = this.#known.get(name)?.admitted;
		if (!admitted || (admitted.reachedAt ?? admitted.address) === at) return;
		this.#reached.set(name, { at, knownAs: admitted.address });
		this.#known.set(name, { machine: null, admitted });
		this.#machines = null;
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
		const reachedAt = this.#reachedAt(machine);
		const kept = before?.admitted;
		if (kept?.address === address && kept.reachedAt === reachedAt && kept.site === site) return kept;
		const token = kept?.token ?? tokenFor(this.#secret, name);
		return { machine: name, address, ...(reachedAt === undefined ? {} : { reachedAt }), token, site };
	}

	/** Not of a machine that has moved since. */
	#reachedAt({ name, address }: Machine): string | undefined {
		const reached = this.#reached.get(name);
		return reached?.knownAs === address && reached.at !== address ? reached.at : undefined;
	}
}
