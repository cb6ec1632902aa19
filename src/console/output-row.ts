import type { OutputRecord } from "../record/journal.ts";
import type { OutputRow } from "./cockpit.ts";
import { iso } from "./time-text.ts";

export function outputRow({ at, totalBytes, ...record }: OutputRecord): OutputRow {
	return { ...record, at: iso(at), total_bytes: totalBytes };
}
