/** Longer words are not compared: they are no slip of the finger, and the comparison costs the product of both lengths. */
const LONGEST = 40;

/** The candidate that the word was probably meant to be, or null: at most a third of its letters differ. */
export function nearest(word: string, candidates: readonly string[]): string | null {
	if (word.length > LONGEST) return null;
	const ranked = candidates
		.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
		.sort((a, b) => a.distance - b.distance)[0];
	return ranked && ranked.distance <= Math.max(1, Math.ceil(word.length / 3)) ? ranked.candidate : null;
}

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
	let above = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const here = [row];
		for (let column = 1; column <= b.length; column++) {
			const replaced = cost(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
			here.push(Math.min(replaced, cost(above, column) + 1, cost(here, column - 1) + 1));
		}
		above = here;
	}
	return cost(above, b.length);
}

function cost(row: readonly number[], column: number): number {
	return row[column] ?? Number.POSITIVE_INFINITY;
}
