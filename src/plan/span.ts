/** ms since the epoch. An answer has one, too: from when it was given until time alone may make another one. */
export interface Span {
	readonly from: number;
	readonly until: number;
}

/** A clock that was set back ends it, too. */
export function holdsAt({ from, until }: Span, now: number): boolean {
	return from <= now && now < until;
}
