/** More than these no screen shows apart. */
const MOST = 256;

/** In how many columns the pieces of a package are told: one for each, or of more than 256 one for each 256th part of them. */
export function pieceColumns(pieceCount: number): number {
	return Math.min(MOST, pieceCount);
}
