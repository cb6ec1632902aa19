import { firingsAround } from "../plan/firings.ts";
import type { ModelledMachine } from "./modelled-machine.ts";
import type { Random } from "./random.ts";

const HOUR = 3_600_000;
/** Nobody needs it finer. */
const GRAIN_MS = 300_000;

/** Share of days on which the user of a machine is away. */
const DAYS_AWAY = 0.1;

/** Office hours, Monday to Friday from 08:00 for about nine hours by the wall clock of the zone. */
export class Hours {
	readonly #mornings: readonly number[];

	constructor(timeZone: string, { start, end }: { readonly start: number; readonly end: number }) {
		const line = "0 8 * * mon-fri";
		const owner = { line };
		const mornings: number[] = [];
		let at = start - 24 * HOUR;
		while (at < end) {
			const { next } = firingsAround(owner, { line, timeZone }, at);
			if (next === null) break;
			mornings.push(next);
			at = next;
		}
		this.#mornings = mornings;
	}

	/** When a machine is on. */
	shifts(random: Random): ModelledMachine["shifts"] {
		return this.#mornings
			.filter(() => !random.happens(DAYS_AWAY))
			.map((morning) => {
				const onAt = morning + Math.round(random.between(-12, 12)) * GRAIN_MS;
				return { onAt, offAt: onAt + Math.round(random.between(96, 120)) * GRAIN_MS };
			});
	}
}
