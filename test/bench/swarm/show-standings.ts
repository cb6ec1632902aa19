import { number, showTable } from "../show.ts";
import { type GroupStanding, medianStanding, type Standing } from "./standing.ts";
import type { Trial } from "./trial.ts";

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
	"busy % (own)",
];

/** A row for each system: its race in the middle, and the fastest and slowest of several; then groups, and disturbed races. */
export function showStandings(races: readonly (readonly Standing[])[], trials: readonly Trial[]): void {
	const undisturbed = races.flatMap((standings) => {
		const standing = medianStanding(standings);
		const groups = standing.groups.length > 1 ? standing.groups : [];
		return [row(standing, standings), ...groups.map(groupRow)];
	});
	showTable(HEAD, [...undisturbed, ...trials.map(({ name, standing }) => row({ ...standing, system: name }, []))]);
}

function groupRow({ rate, machines, seconds, medianSeconds, timesFloor }: GroupStanding): readonly string[] {
	const cells = [`  ${machines} at ${rate / 1e6} Mbit/s`, number(seconds), number(medianSeconds), number(timesFloor)];
	return HEAD.map((_, index) => cells[index] ?? "");
}

function row(standing: Standing, standings: readonly Standing[]): readonly string[] {
	const all = standings.map(({ seconds }) => seconds);
	const range = all.length <= 1 ? "" : ` (${number(Math.min(...all))}-${number(Math.max(...all))})`;
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
		`${standing.busyPercent.toFixed(0)} (${standing.ownPercent.toFixed(0)})`,
	];
}
