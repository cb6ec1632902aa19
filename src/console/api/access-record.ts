import type { ErrorCode } from "../../model/error-codes.ts";
import type { AccessEvent } from "../../model/event.ts";
import { printable } from "../../policy/printable.ts";

/** Of one token, and of the unix socket: what is refused again and again fills no journal. */
const LINES_PER_HOUR = 30;
const HOUR_MS = 3_600_000;
/** Characters of what was said by who was refused. */
const LONGEST = 300;

/** Whose token it is, or was. */
export interface Owner {
	readonly name: string;
	/** Its id. */
	readonly token: string;
}

export interface Refusal {
	/** POST /api/v1/policies/office/approve */
	readonly order: string;
	readonly policy: string | null;
	readonly machine: string | null;
	readonly code: ErrorCode;
	readonly detail: string;
}

interface AccessRecordOptions {
	readonly record: (events: readonly (AccessEvent & { readonly at: number })[]) => void;
	readonly now: () => number;
}

/** What the audit says of who came in, and of what they were refused: of those who have a token, or had one. A stranger writes no line. */
export class AccessRecord {
	readonly #options: AccessRecordOptions;
	/** By token; there are as many as there are tokens. */
	readonly #hours = new Map<string | null, { readonly since: number; lines: number; unwritten: number }>();

	constructor(options: AccessRecordOptions) {
		this.#options = options;
	}

	loggedIn({ name, token }: Owner, address: string): void {
		this.#write(token, (line) => ({ kind: "LoggedIn", token, by: name, address, ...line }));
	}

	/** `token` null: on the unix socket. */
	refused(
		{ name, token }: Pick<Owner, "name"> & { readonly token: string | null },
		{ order, detail, ...refusal }: Refusal,
	): void {
		const said = { order: printable(order, LONGEST), detail: printable(detail, LONGEST) };
		this.#write(token, (line) => ({ kind: "OrderRefused", token, by: name, ...refusal, ...said, ...line }));
	}

	#write(token: string | null, make: (line: Pick<AccessEvent, "unwritten"> & { at: number }) => AccessEvent): void {
		const at = this.#options.now();
		const known = this.#hours.get(token);
		const isOver = known === undefined || at - known.since >= HOUR_MS;
		const hour = isOver ? { since: at, lines: 0, unwritten: known?.unwritten ?? 0 } : known;
		this.#hours.set(token, hour);
		if (hour.lines >= LINES_PER_HOUR) {
			hour.unwritten += 1;
			return;
		}
		this.#options.record([{ ...make({ unwritten: hour.unwritten, at }), at }]);
		hour.lines += 1;
		hour.unwritten = 0;
	}
}
