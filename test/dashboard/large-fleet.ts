import assert from "node:assert/strict";
import type { MachineState } from "../../src/console/cockpit.ts";
import { MemoryCockpit } from "../console/memory-cockpit.ts";

const STATES: readonly MachineState[] = [
	"verified",
	"verified",
	"verified",
	"waiting",
	"delivering",
	"installing",
	"failed",
];

function nameOf(index: number): string {
	return `mill-${String(index).padStart(5, "0")}`;
}

/** A fleet of any size in the middle of a rollout: each time it is asked, some machines have moved on. */
export class LargeFleet extends MemoryCockpit {
	/** Machines that were forgotten. */
	readonly gone = new Set<string>();
	readonly #many: number;
	#asked = 0;

	constructor(many: number) {
		super();
		this.#many = many;
	}

	override async status(detail: "all" | "groups") {
		this.#asked += 1;
		const report = await super.status(detail);
		const machines = Array.from({ length: this.#many }, (_, index) => {
			const state = STATES[(index * 5 + (index % 20 === 0 ? this.#asked : 0)) % STATES.length];
			assert.ok(state);
			return {
				name: nameOf(index),
				state,
				reason: state === "waiting" ? "window opens 02:00" : null,
			};
		});
		return { ...report, machines: machines.filter(({ name }) => !this.gone.has(name)) };
	}

	override async machines() {
		const [row] = await super.machines();
		assert.ok(row);
		return Array.from({ length: this.#many }, (_, index) => ({ ...row, name: nameOf(index) }));
	}
}
