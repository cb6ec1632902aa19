import type { Event } from "../../src/model/event.ts";
import type { Scenario } from "./scenario.ts";
import { Simulator } from "./simulator.ts";

export interface Played {
	/** Why it is not as promised; null: all is well. */
	readonly broken: Error | null;
	readonly journal: readonly Event[];
	readonly decisions: number;
	/** How often each promise was checked. */
	readonly tally: ReadonlyMap<string, number>;
}

/** Three nights. */
export const VIRTUAL_MS = 70 * 3_600_000;

export function play(scenario: Scenario): Played {
	const sim = new Simulator(scenario);
	const { journal, promises } = sim;
	const result = (broken: Error | null): Played => ({
		broken,
		journal,
		decisions: sim.decisions,
		tally: promises.tally,
	});
	try {
		sim.run(VIRTUAL_MS);
		return result(null);
	} catch (error) {
		return result(error as Error);
	}
}
