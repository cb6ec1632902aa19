import { number, showTable } from "../show.ts";
import { medianStanding, type Standing } from "./standing.ts";

const HEAD = [
	"system",
	"last s",
	"median s",
	"x floor",
	"source x",
	"source CPU s",
	"s/GiB",
	"source MiB",
	"peer CPU s",
	"s/GiB",
];

/** A row for each system: its race in the middle, and the fastest and slowest of several. */
export function showStandings(races: readonly (readonly Standing[])[]): void {
	showTable(HEAD, races.map(row));
}

function row(standings: readonly Standing[]): readonly string[] {
	const standing = medianStanding(standings);
	const all = standings.map(({ seconds }) => seconds);
	const range = all.length === 1 ? "" : ` (${number(Math.min(...all))}-${number(Math.max(...all))})`;
	return [
		standing.system,
		`${number(standing.seconds)}${range}`,
		number(standing.medianSeconds),
		number(standing.timesFloor),
		number(standing.sourceMultiple),
		number(standing.sourceCpuSeconds),
		number(standing.sourceCpuPerGiB),
		number(standing.sourcePeakMiB),
		number(standing.peerCpuSeconds),
		number(standing.peerCpuPerGiB),
	];
}
