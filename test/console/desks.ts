import { join } from "node:path";
import { AccessRecord } from "../../src/console/api/access-record.ts";
import type { Desks } from "../../src/console/api/routes.ts";
import { Tokens } from "../../src/console/api/tokens.ts";
import { AuditDesk } from "../../src/console/audit/audit-desk.ts";
import type { Cockpit } from "../../src/console/cockpit.ts";
import { Metrics } from "../../src/console/metrics/metrics.ts";
import type { Event } from "../../src/model/event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
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
		void journal.onDisk().then(() => audit.wrote());
	};
	const tokens = new Tokens({ table: journal.tokens, record, now: Date.now });
	const access = new AccessRecord({ record, now: Date.now });
	const metrics = new Metrics({
		fleet: () => EMPTY_FLEET,
		now: Date.now,
		journal,
		openSshSessions: () => 0,
		readUplink: async () => undefined,
		noticesWaiting: () => new Map(),
	});
	return { desks: { cockpit, audit, tokens, access, metrics, onDisk: () => journal.onDisk() }, journal, file, record };
}
