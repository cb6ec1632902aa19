import type { Hardware } from "./machine-model.ts";

/** One machine of a modelled fleet: what it is, when it is on, and how it takes installers. */
export interface ModelledMachine {
	readonly name: string;
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	readonly hardware: Hardware;
	/** When it is switched on and off, ms since the epoch, in order; empty: always on. */
	readonly shifts: readonly { readonly onAt: number; readonly offAt: number }[];
	/** sound: installers end well.   shaky: the first run of each fails.   broken: every run fails. */
	readonly health: "sound" | "shaky" | "broken";
}
