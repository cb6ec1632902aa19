export interface Range {
	readonly start: number;
	/** The last byte that is in it. */
	readonly end: number;
}

/**
 * A single byte range of RFC 9110 section 14; null: there is none, so the whole is meant (also of several ranges and of what is none);
 * "unsatisfiable": nothing of it lies within the size.
 */
export function parseRange(header: string | undefined, sizeBytes: number): Range | null | "unsatisfiable" {
	const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
	if (first === "" && last === "") return null;
	if (first === "") {
		const start = Math.max(0, sizeBytes - Number(last));
		return Number(last) === 0 || sizeBytes === 0 ? "unsatisfiable" : { start, end: sizeBytes - 1 };
	}
	if (last !== "" && Number(last) < Number(first)) return null;
	if (Number(first) >= sizeBytes) return "unsatisfiable";
	return { start: Number(first), end: last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1) };
}
