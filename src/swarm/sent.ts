import type { Sending } from "./messages.ts";

/** What the controller has sent since it last told, by package and machine: its own count, whatever the machines claim. */
export class Sent {
	readonly #bytes = new Map<string, Map<string, number>>();

	add(sha256: string, machine: string, bytes: number): void {
		const machines = this.#bytes.get(sha256) ?? new Map<string, number>();
		this.#bytes.set(sha256, machines);
		machines.set(machine, (machines.get(machine) ?? 0) + bytes);
	}

	/** It counts from zero again. */
	take(): readonly Sending[] {
		const taken = [...this.#bytes].flatMap(([sha256, machines]) =>
			[...machines].map(([machine, bytes]) => ({ sha256, machine, bytes })),
		);
		this.#bytes.clear();
		return taken;
	}
}
