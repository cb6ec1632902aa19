import type { Figure } from "../figures.ts";
import type { Stage } from "./race.ts";
import type { Standing } from "./standing.ts";

/** What a disturbed race is run on and held against. */
export interface TrialOptions {
	readonly stage: Stage;
	/** Fleetseed's own, in the same run. */
	readonly undisturbed: Standing;
}

export interface Trial {
	readonly name: string;
	readonly figures: readonly Figure[];
	readonly standing: Standing;
	/** What else was seen. */
	readonly seen: object;
}
