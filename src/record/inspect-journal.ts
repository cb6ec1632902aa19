import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

export type Inspected =
	| { readonly kind: "absent" }
	| { readonly kind: "whole"; readonly events: number }
	| { readonly kind: "damaged"; readonly detail: string };

/** Looks whether the journal is whole (PRAGMA quick_check), changing nothing; also beside a daemon that writes it. */
export function inspectJournal(file: string): Inspected {
	if (!existsSync(file)) return { kind: "absent" };
	try {
		const db = new DatabaseSync(file, { readOnly: true });
		try {
			const found = String(db.prepare("PRAGMA quick_check(1)").get()?.quick_check);
			if (found !== "ok") return { kind: "damaged", detail: found };
			return { kind: "whole", events: Number(db.prepare("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0) };
		} finally {
			db.close();
		}
	} catch (error) {
		return { kind: "damaged", detail: (error as Error).message };
	}
}
