/** What the controller has sent since the process started, by package and machine: its own count, whatever the machines claim. */
export class Sent {
	readonly #bytes = new Map<string, Map<string, number>>();

	add(sha256: string, machine: string, bytes: number): void {
		const machines = this.#bytes.get(sha256) ?? new Map<string, number>();
		this.#bytes.set(sha256, machines);
		machines.set(machine, (machines.get(machine) ?? 0) + bytes);
	}

	/** Bytes of one package by machine. */
	byMachine(sha256: string): Readonly<Record<string, number>> {
		return Object.fromEntries(this.#bytes.get(sha256) ?? []);
	}

	total(sha256: string): number {
		return [...(this.#bytes.get(sha256)?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0);
	}
}
