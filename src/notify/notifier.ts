import type { Fleet } from "../model/fleet.ts";
import type { Notice, NoticeMessage } from "../model/notice.ts";
import type { Held } from "../plan/held.ts";
import type { Sink } from "../policy/notices-schema.ts";
import { printable } from "../policy/printable.ts";
import { Courier, type CourierOptions } from "./courier.ts";
import { type Change, eventNotices, LONGEST } from "./event-notices.ts";
import { Outbox } from "./outbox.ts";
import { sendMail } from "./send-mail.ts";
import { sendWebhook } from "./send-webhook.ts";
import type { Sent } from "./sent.ts";
import { standingNotices } from "./standing-notices.ts";

export interface NotifierOptions {
	/** Where what waits is kept. */
	readonly file: string;
	/** The host name that messages carry. */
	readonly controller: string;
	/** A secret by its name in the configuration; a rejection says why there is none. */
	readonly secret: (name: string) => Promise<string>;
	readonly onOutcome: CourierOptions["onOutcome"];
	/** Too many were waiting. */
	readonly onDropped: (dropped: { readonly sink: string; readonly notices: number }) => void;
	/** The file cannot be read or written. Nobody is told of what happened meanwhile; all else goes on. */
	readonly onProblem: (error: Error) => void;
	readonly now: () => number;
}

export interface Tested {
	readonly sink: string;
	/** null: it was sent. */
	readonly failure: string | null;
}

/**
 * Tells people and programs what happens. Each notice is on the disk before it is sent and until it has been: it is sent at least
 * once, whatever is killed. Nothing here holds up whoever reports what happened.
 */
export class Notifier {
	readonly #options: NotifierOptions;
	#sinks: readonly Sink[] = [];
	#couriers: readonly Courier[] = [];
	#outbox: Outbox | null = null;
	#cursor = 0;
	#standing: ReadonlySet<string> = new Set();
	/** How things stood before anybody was to be told is no news. */
	#isFirstLook = false;

	constructor(options: NotifierOptions) {
		this.#options = options;
	}

	/** Before the journal is read. `lastSeq`: its newest event. */
	start(sinks: readonly Sink[], lastSeq: number): void {
		this.#sinks = sinks;
		if (sinks.length > 0) this.#guarded(() => this.#open(sinks, lastSeq));
	}

	#open(sinks: readonly Sink[], lastSeq: number): void {
		const outbox = new Outbox(this.#options.file);
		const cursor = outbox.cursor();
		this.#isFirstLook = cursor === null;
		// A journal that was restored is behind it.
		this.#cursor = Math.min(cursor ?? lastSeq, lastSeq);
		if (cursor === null) outbox.put([], lastSeq);
		this.#standing = outbox.standing();
		this.#outbox = outbox;
		this.#employ(sinks, outbox);
	}

	/** The configuration was read again. Who is new is told from now on. */
	async configure(sinks: readonly Sink[], lastSeq: number): Promise<void> {
		const outbox = this.#outbox;
		if (!outbox) return this.#startAnew(sinks, lastSeq);
		await Promise.all(this.#couriers.map((courier) => courier.stop()));
		this.#guarded(() => this.#employ(sinks, outbox));
	}

	/** Events were written. */
	changed(changes: readonly Change[]): void {
		const outbox = this.#outbox;
		if (!outbox) return;
		const notices = changes.filter(({ seq }) => seq > this.#cursor).flatMap(eventNotices);
		const last = changes.at(-1)?.seq ?? 0;
		if (notices.length === 0 || last <= this.#cursor) return;
		this.#cursor = last;
		this.#guarded(() => this.#dropping(() => outbox.put(this.#addressed(notices), last)));
	}

	/** It was decided what to do next. */
	decided(fleet: Fleet, held: readonly Held[]): void {
		const outbox = this.#outbox;
		if (!outbox) return;
		const notices = standingNotices(fleet, held, this.#options.now());
		const ids = new Set(notices.map(({ id }) => id));
		const current = [...fleet.rollouts.values()].map((rollout) => `end-${rollout.id}`);
		const began = notices.filter(({ id }) => !this.#standing.has(id));
		const ended = [...this.#standing].filter((id) => !ids.has(id) && !current.includes(id));
		const told = this.#isFirstLook ? [] : began;
		this.#isFirstLook = false;
		if (began.length === 0 && ended.length === 0) return;
		const beganIds = began.map(({ id }) => id);
		this.#standing = new Set([...this.#standing, ...beganIds].filter((id) => !ended.includes(id)));
		this.#guarded(() => this.#dropping(() => outbox.stand(beganIds, ended, this.#addressed(told))));
	}

	/** Sends one notice now, to the sink of that name or to each. null: there is none. */
	async test(name: string | null, by: string): Promise<readonly Tested[] | null> {
		const sinks = this.#sinks.filter((sink) => name === null || sink.name === name);
		if (sinks.length === 0) return null;
		const { controller, now } = this.#options;
		const id = `test-${now()}`;
		const at = new Date(now()).toISOString();
		const about = { policy: null, rollout: null, machine: null };
		const summary = printable(`a test that ${by} asked for`, LONGEST);
		const notice: Notice = { id, kind: "test", at, ...about, summary };
		return Promise.all(
			sinks.map(async (sink) => {
				const sent = await this.#send(sink, { id, controller, dropped: 0, notices: [notice] });
				return { sink: sink.name, failure: sent.kind === "sent" ? null : sent.why };
			}),
		);
	}

	/** Notices that wait, by sink. */
	waiting(): ReadonlyMap<string, number> {
		const counts = new Map<string, number>();
		this.#guarded(() => {
			for (const { name } of this.#sinks) counts.set(name, this.#outbox?.count(name) ?? 0);
		});
		return counts;
	}

	/** What waits is sent after the next start. */
	async stop(): Promise<void> {
		await Promise.all(this.#couriers.map((courier) => courier.stop()));
		this.#outbox?.close();
		this.#outbox = null;
	}

	#startAnew(sinks: readonly Sink[], lastSeq: number): void {
		this.start(sinks, lastSeq);
		this.#guarded(() => this.#outbox?.put([], lastSeq));
		this.#cursor = lastSeq;
		this.#isFirstLook = true;
	}

	#employ(sinks: readonly Sink[], outbox: Outbox): void {
		const { controller, onOutcome, onProblem, now } = this.#options;
		this.#sinks = sinks;
		outbox.keepOnly(sinks.map(({ name }) => name));
		const send = (sink: Sink, message: NoticeMessage) => this.#send(sink, message);
		this.#couriers = sinks.map((sink) => new Courier(sink, { outbox, controller, send, onOutcome, onProblem, now }));
		for (const courier of this.#couriers) courier.wake();
	}

	#addressed(notices: readonly Notice[]) {
		return notices.flatMap((notice) =>
			this.#sinks
				.filter(({ events }) => events.some((kind) => kind === notice.kind))
				.map(({ name }) => ({ sink: name, notice })),
		);
	}

	#guarded(act: () => void): void {
		try {
			act();
		} catch (error) {
			this.#options.onProblem(error as Error);
		}
	}

	/** Wakes the couriers after it, and tells of what found no room. */
	#dropping(put: () => void): void {
		const lost = () => new Map(this.#sinks.map(({ name }) => [name, this.#outbox?.dropped(name) ?? 0]));
		const before = lost();
		put();
		for (const [sink, after] of lost()) {
			const notices = after - (before.get(sink) ?? 0);
			if (notices > 0) this.#options.onDropped({ sink, notices });
		}
		for (const courier of this.#couriers) courier.wake();
	}

	async #send(sink: Sink, message: NoticeMessage): Promise<Sent> {
		try {
			if (sink.kind === "webhook") return await sendWebhook(sink, await this.#options.secret(sink.secret), message);
			const password = sink.password === undefined ? null : await this.#options.secret(sink.password);
			return await sendMail(sink, password, message);
		} catch (error) {
			return { kind: "failed", why: (error as Error).message, isForGood: false };
		}
	}
}
