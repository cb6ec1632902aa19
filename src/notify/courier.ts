import { createHash } from "node:crypto";
import type { Notice, NoticeMessage } from "../model/notice.ts";
import type { Sink } from "../policy/notices-schema.ts";
import type { Outbox, Waiting } from "./outbox.ts";
import type { Sent } from "./sent.ts";

/** What happens in a moment is told in one message. */
const GATHER_MS = 500;
const MAX_IN_MESSAGE = 50;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** Older news is none. */
const MAX_AGE_MS = 24 * 3_600_000;

export interface CourierOptions {
	readonly outbox: Outbox;
	readonly controller: string;
	/** Never rejects. */
	readonly send: (sink: Sink, message: NoticeMessage) => Promise<Sent>;
	readonly onOutcome: (outcome: {
		readonly sink: string;
		readonly outcome: "sent" | "retried" | "given_up";
		readonly notices: number;
		readonly why?: string;
	}) => void;
	/** What waits cannot be read or written: it is tried again like what a sink does not take. */
	readonly onProblem: (error: Error) => void;
	readonly now: () => number;
}

/** Brings one sink what waits for it, in order, one message at a time; what fails is tried again, ever more rarely. */
export class Courier {
	readonly sink: Sink;
	readonly #options: CourierOptions;
	#timer: NodeJS.Timeout | undefined;
	#sending: Promise<void> | null = null;
	#failures = 0;
	#isStopped = false;

	constructor(sink: Sink, options: CourierOptions) {
		this.sink = sink;
		this.#options = options;
	}

	/** Something may be waiting. */
	wake(): void {
		if (this.#timer === undefined && this.#sending === null) this.#arm(GATHER_MS);
	}

	/** What is being sent may end; the rest waits for the next start. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		clearTimeout(this.#timer);
		await this.#sending;
	}

	#arm(ms: number): void {
		if (this.#isStopped) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#sending = this.#round()
				.then(() => this.#goOn())
				.catch((error: Error) => {
					this.#options.onProblem(error);
					this.#armAgain();
				})
				.finally(() => {
					this.#sending = null;
				});
		}, ms);
	}

	#goOn(): void {
		if (this.#timer === undefined && this.#options.outbox.count(this.sink.name) > 0) this.#arm(GATHER_MS);
	}

	#armAgain(): void {
		this.#arm(retryAfterMs(this.#failures));
		this.#failures += 1;
	}

	async #round(): Promise<void> {
		const { outbox } = this.#options;
		const { name } = this.sink;
		const waiting = this.#fresh(outbox.waiting(name, MAX_IN_MESSAGE));
		if (waiting.length === 0) return;
		const { controller, send } = this.#options;
		const dropped = outbox.dropped(name);
		const notices = waiting.map(({ notice }) => notice);
		const message = { id: idOf(notices), controller, dropped, notices };
		const sent = await send(this.sink, message);
		if (sent.kind === "sent") outbox.toldOfDropped(name, dropped);
		this.#settle(waiting, sent);
	}

	#settle(waiting: readonly Waiting[], sent: Sent): void {
		const { outbox, onOutcome } = this.#options;
		const about = { sink: this.sink.name, notices: waiting.length };
		const ids = waiting.map(({ id }) => id);
		if (sent.kind === "failed" && !sent.isForGood) {
			onOutcome({ ...about, outcome: "retried", why: sent.why });
			this.#armAgain();
			return;
		}
		this.#failures = 0;
		outbox.remove(ids);
		onOutcome(sent.kind === "sent" ? { ...about, outcome: "sent" } : { ...about, outcome: "given_up", why: sent.why });
	}

	#fresh(waiting: readonly Waiting[]): readonly Waiting[] {
		const { outbox, onOutcome, now } = this.#options;
		const isFresh = ({ notice }: Waiting) => Date.parse(notice.at) > now() - MAX_AGE_MS;
		const stale = waiting.filter((each) => !isFresh(each));
		if (stale.length > 0) {
			outbox.remove(stale.map(({ id }) => id));
			onOutcome({ sink: this.sink.name, outcome: "given_up", notices: stale.length, why: "older than a day" });
		}
		return waiting.filter(isFresh);
	}
}

/** After so many failures in a row. Without a bound a timer would, in the end, be too long for Node and go off at once. */
export function retryAfterMs(failures: number): number {
	return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
}

/** Of the same notices always the same, so that who gets a message twice can tell. */
function idOf(notices: readonly Notice[]): string {
	const ids = notices.map(({ id }) => id).join("\n");
	return createHash("sha256").update(ids).digest("hex").slice(0, 32);
}
