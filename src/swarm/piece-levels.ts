import { pieceColumns } from "../model/piece-columns.ts";

const ALL = 15;

/**
 * Which pieces somebody holds, as a hex digit for each piece: 0 without it, f with it. Of more than 256 pieces there are 256
 * digits, each for as many pieces: 0 for none of them, f for all, and between as near as it goes.
 */
export function pieceLevels(pieceCount: number, holds: (piece: number) => boolean): string {
	const columns = pieceColumns(pieceCount);
	let levels = "";
	for (let column = 0; column < columns; column++) {
		const from = firstOf(column, columns, pieceCount);
		const until = firstOf(column + 1, columns, pieceCount);
		let held = 0;
		for (let piece = from; piece < until; piece++) if (holds(piece)) held++;
		levels += levelOf(held, until - from).toString(16);
	}
	return levels;
}

function firstOf(column: number, columns: number, pieceCount: number): number {
	return Math.floor((column * pieceCount) / columns);
}

function levelOf(held: number, of: number): number {
	if (held === 0 || held === of) return held === 0 ? 0 : ALL;
	return Math.max(1, Math.min(ALL - 1, Math.round((held / of) * ALL)));
}
