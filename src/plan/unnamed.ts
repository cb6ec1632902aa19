import type { Failure } from "../model/failure.ts";

/** A failure where it is plain which machine it is of: the name that its sentence begins with is not said again. */
export function unnamed<Told extends Failure>(machine: string | null, failure: Told): Told {
	const named = `${machine}: `;
	if (machine === null || !failure.detail.startsWith(named)) return failure;
	return { ...failure, detail: failure.detail.slice(named.length) };
}
