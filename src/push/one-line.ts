const LONGEST = 200;

/** What a machine said, as part of a sentence of ours: its lines in one, with an end. It is escaped where it is shown. */
export function oneLine(text: string): string {
	const line = text.trim().replace(/\s+/g, " ");
	return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
