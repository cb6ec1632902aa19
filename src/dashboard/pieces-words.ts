import type { SwarmMachine, SwarmPackage } from "../console/cockpit.ts";
import { count } from "./words.ts";

export type Spread = NonNullable<SwarmPackage["pieces"]>;

const ALL = 15;

/** Who has which pieces, for those who do not see the rows. */
export function spreadSentences({ count: pieces, availability }: Spread, machines: readonly SwarmMachine[]) {
	const rarest = Math.min(...availability);
	const columns = availability.length;
	const left = machines.filter(({ has_left }) => has_left).length;
	const unknown = machines.filter((machine) => isUnknown(machine)).length;
	return [
		columns < pieces
			? `${count(pieces)} pieces in ${columns} columns, all at the controller; a piece of the rarest column is on ${about(rarest)} of ${count(machines.length)} machines, on the mean.`
			: `${count(pieces)} pieces, all at the controller; the rarest is on ${about(rarest)} of ${count(machines.length)} machines.`,
		...(left > 0 ? [`${count(left)} left the swarm before they had all.`] : []),
		...(unknown > 0 ? [`Of ${count(unknown)} it is not known which they have.`] : []),
	];
}

/** "12 of 64 pieces" */
export function heldSentence(machine: SwarmMachine, { count: pieces }: Spread): string {
	if (machine.share === 1) return `all ${count(pieces)} pieces`;
	if (machine.pieces === null) return `${Math.floor(machine.share * 100)} %, which pieces is not known`;
	const levels = levelsOf(machine.pieces);
	const sum = levels.reduce((all, level) => all + level, 0);
	const held = Math.floor((sum / ALL / Math.max(1, levels.length)) * pieces);
	const about = levels.length < pieces ? "about " : "";
	return `${about}${count(held)} of ${count(pieces)} pieces${machine.has_left ? " when it left the swarm" : ""}`;
}

/** "piece 13 is here, and on 5 machines in all" */
export function pieceSentence(machine: SwarmMachine, { count: pieces, availability }: Spread, column: number): string {
	const columns = availability.length;
	const on = about(availability[column] ?? 0);
	const where = `on ${on} ${on === "1" ? "machine" : "machines"} in all`;
	if (columns < pieces) {
		const [first, last] = [column, column + 1].map((edge) => Math.floor((edge * pieces) / columns));
		return `of pieces ${count((first ?? 0) + 1)} to ${count(last ?? 0)} ${sharePercent(machine, column)}, each ${where}`;
	}
	if (isUnknown(machine)) return `piece ${count(column + 1)} is ${where}`;
	return `piece ${count(column + 1)} is ${levelAt(machine, column) > 0 ? "here" : "missing"}, ${where}`;
}

function sharePercent(machine: SwarmMachine, column: number): string {
	return isUnknown(machine) ? "an unknown part" : `${Math.round((levelAt(machine, column) / ALL) * 100)} %`;
}

/** Of a mean no more than a tenth is worth telling. */
function about(machines: number): string {
	return count(Math.round(machines * 10) / 10);
}

export function isUnknown({ share, pieces }: SwarmMachine): boolean {
	return share !== 1 && pieces === null;
}

/** 0 none to 15 all, of a column. */
export function levelAt({ share, pieces }: SwarmMachine, column: number): number {
	return share === 1 ? ALL : Number.parseInt(pieces?.[column] ?? "0", 16);
}

function levelsOf(pieces: string): readonly number[] {
	return [...pieces].map((digit) => Number.parseInt(digit, 16));
}
