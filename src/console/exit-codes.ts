export const EXIT = { done: 0, badNews: 1, usage: 2, noDaemon: 3 } as const;

/** What --help and the manual page say of them. */
export const EXIT_MEANINGS: Readonly<Record<(typeof EXIT)[keyof typeof EXIT], string>> = {
	[EXIT.done]: "done",
	[EXIT.badNews]: "the answer is bad news (problems found, machines failed, a download fails)",
	[EXIT.usage]: "wrong usage, or a configuration or journal with which the daemon cannot start",
	[EXIT.noDaemon]: "the daemon does not answer",
};
