import { pieceColumns } from "../model/piece-columns.ts";

/** Which pieces of a package machines have, as far as they told the controller. */
export interface Pieces {
	readonly count: number;
	/** By machine. A level is a hex digit for each piece, or for each 256th part of many: 0 none, f all. */
	readonly machines: ReadonlyMap<string, { readonly levels: string; readonly hasLeft: boolean }>;
}

interface Holder {
	readonly share: number;
	readonly pieces: string | null;
	readonly has_left: boolean;
}

const ALL = 15;

/** How many machines have each piece, or on the mean those of a column of many. Who has left with a part of it gives it to nobody. */
export function availabilityOf(count: number, holders: readonly Holder[]): readonly number[] {
	const whole = holders.filter(({ share }) => share === 1).length;
	const parts = holders.flatMap(({ share, pieces, has_left }) => (share === 1 || has_left ? [] : [pieces ?? ""]));
	return Array.from({ length: pieceColumns(count) }, (_, column) => {
		const levels = parts.reduce((sum, part) => sum + Number.parseInt(part[column] ?? "0", 16), 0);
		return Math.round((whole + levels / ALL) * 100) / 100;
	});
}
