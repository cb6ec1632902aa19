import { styleFor } from "../../src/console/style.ts";
import { table } from "../../src/console/table.ts";
import { type Figure, isMet, timesFloor } from "./figures.ts";

/** The figures, what is promised of them and whether it is met, as a table on stdout. */
export function showFigures(figures: readonly Figure[]): void {
	const rows = figures.map((figure) => {
		const { what, value, unit, atMost, atLeast, floor } = figure;
		const times = timesFloor(figure);
		const promise = atMost === undefined ? (atLeast === undefined ? "" : `>= ${atLeast}`) : `<= ${atMost}`;
		const met = isMet(figure);
		const beside = floor && times !== null ? `${number(times)} x ${floor.what}` : "";
		return [what, `${number(value)} ${unit}`, promise, met === null ? "" : met ? "met" : "MISSED", beside];
	});
	showTable(["what", "measured", "promised", "", "floor"], rows);
}

export function showTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
	process.stdout.write(`${table(head, rows, styleFor(process.stdout, process.env))}\n`);
}

export function number(value: number): string {
	if (!Number.isFinite(value)) return "never";
	return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
