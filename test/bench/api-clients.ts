import type { Answered } from "./api-load.ts";
import type { Figure } from "./figures.ts";

interface Clients {
	readonly answered: Answered;
	/** So many requests were to be asked. */
	readonly asked: number;
	/** So many were to follow. */
	readonly followers: number;
}

/** Whether the clients did what they are there for: without it, nothing else that is measured means anything. `by`: of whom they asked it. */
export function clientFigures({ answered, asked, followers }: Clients, by: string): readonly Figure[] {
	const share = Number(((100 * answered.requests) / asked).toFixed(1));
	const answers: Figure = {
		what: `requests answered, of those to be asked${by}`,
		...{ value: share, unit: "%", atLeast: 99 },
	};
	if (followers === 0) return [answers];
	return [
		answers,
		{
			what: `followers that were let in and told until the end${by}`,
			...{ value: answered.followers, unit: "followers", atLeast: followers },
		},
		{
			what: `lines that each follower was told, of those written meanwhile${by}`,
			// Where nothing is written, nobody can be seen to be told.
			...{ value: answered.fewest_lines_told, unit: "lines", atLeast: Math.max(1, answered.lines_written) },
		},
	];
}
