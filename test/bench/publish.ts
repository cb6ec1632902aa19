import { writeFileSync } from "node:fs";
import { type Figure, isMet } from "./figures.ts";
import { describeMachine } from "./machine.ts";
import { showFigures } from "./show.ts";

export interface Report {
	readonly benchmark: string;
	readonly figures: readonly Figure[];
	/** What else goes into the JSON. */
	readonly more: object;
	/** Tables that come before the figures. */
	readonly show: () => void;
}

/** Writes the JSON, prints it or the tables, and answers the exit code: 1 when a promise is missed. */
export function publish(
	{ benchmark, figures, more, show }: Report,
	{ json, out }: { json: boolean; out: string },
): number {
	const judged = figures.map((figure) => ({ ...figure, isMet: isMet(figure) }));
	const missed = judged.filter((figure) => figure.isMet === false).length;
	const told = { benchmark, machine: describeMachine(), ...more, figures: judged, missed };
	const text = `${JSON.stringify(told, null, "\t")}\n`;
	writeFileSync(out, text);
	if (json) process.stdout.write(text);
	else {
		show();
		showFigures(figures);
	}
	process.stderr.write(`The figures are in ${out}.\n`);
	return missed === 0 ? 0 : 1;
}
