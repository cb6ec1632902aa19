import type { SwarmMachine, SwarmPackage } from "./cockpit.ts";
import { counted } from "./counted.ts";

const WIDTH = 16;

type Holding = Pick<SwarmMachine, "share" | "pieces" | "has_left">;

/** "64 pieces, the rarest on 3 machines" */
export function piecesSentence({ count, availability }: NonNullable<SwarmPackage["pieces"]>): string {
	const rarest = Math.min(...availability);
	const where = Number.isInteger(rarest) ? counted(rarest, "machine") : `${rarest} machines on the mean`;
	return `${counted(count, "piece")}, the rarest on ${where}`;
}

/** `[####-+--]` in the order of the pieces: # all of them, - none, + some. Nothing where it is not known which there are. */
export function piecesBar({ share, pieces, has_left }: Holding): string {
	if (share === 1) return `[${"#".repeat(WIDTH)}]`;
	if (pieces === null) return "";
	const width = Math.min(WIDTH, pieces.length);
	const marks = Array.from({ length: width }, (_, mark) =>
		markOf(pieces.slice((mark * pieces.length) / width, ((mark + 1) * pieces.length) / width)),
	);
	return `[${marks.join("")}]${has_left ? " left" : ""}`;
}

function markOf(levels: string): string {
	if (/^f+$/.test(levels)) return "#";
	return /^0+$/.test(levels) ? "-" : "+";
}
