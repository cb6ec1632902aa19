/** Lists whose order says nothing are sorted, so that two ways of writing them are one revision. */
export function textSet(values: readonly string[] = []): readonly string[] {
	return [...new Set(values)].sort();
}

export function numberSet(values: readonly number[]): readonly number[] {
	return [...new Set(values)].sort((a, b) => a - b);
}
