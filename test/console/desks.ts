import { join } from "node:path";
import type { Desks } from "../../src/console/api/routes.ts";
import { Tokens } from "../../src/console/api/tokens.ts";
import { AuditDesk } from "../../src/console/audit/audit-desk.ts";
import type { Cockpit } from "../../src/console/cockpit.ts";
import type { Event } from "../../src/model/event.ts";
import { Journal } from "../../src/record/journal.ts";

/** A real journal with what the API makes of it, beside any cockpit. */
export interface Furnished {
	readonly desks: Desks;
	readonly journal: Journal;
	readonly file: string;
	readonly record: (events: readonly Event[]) => void;
}

export function furnish(folder: string, cockpit: Cockpit): Furnished {
	const file = join(folder, "journal.sqlite");
	const journal = new Journal(file);
	const audit = new AuditDesk(journal);
	const record = (events: readonly Event[]) => {
		journal.append(events);
		audit.wrote();
	};
	const tokens = new Tokens({ table: journal.tokens, record, now: Date.now });
	return { desks: { cockpit, audit, tokens }, journal, file, record };
}
