/** "1 machine", "12 machines" */
export function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "mill-01, mill-02, mill-03 and 38 more": `of` is how many there are in all. */
export function someOf(names: readonly string[], of = names.length): string {
	const first = names.slice(0, 3);
	const more = of - first.length;
	return more > 0 ? `${first.join(", ")} and ${more} more` : first.join(", ");
}
