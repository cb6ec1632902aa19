/** The first eight digits stand for a revision wherever people read or type one. */
export function shortRevision(revision: string): string {
	return revision.slice(0, 8);
}
