import { useEffect, useState } from "preact/hooks";
import type { AuditLine } from "../console/cockpit.ts";
import { get, told } from "./api.ts";

/** Between two looks, when things happen all the time; a large fleet's report is large. */
const PAUSE_MS = 1000;
/** What no line tells of: how far deliveries are, and time going by. */
const IDLE_MS = 5000;

/** The first message of each stream. */
export interface Hello {
	/** Of the files that the daemon serves as the dashboard. */
	readonly dashboard?: string;
}

type Listener = (line: AuditLine | null) => void;
let onHello: (hello: Hello) => void = () => undefined;
const listeners = new Set<Listener>();
let events: EventSource | null = null;
let reopening: ReturnType<typeof setTimeout>;

/** Told of every line of the journal as it is written, and with null after each break. */
function onLine(listener: Listener): () => void {
	listeners.add(listener);
	if (!events && !document.hidden) follow();
	return () => listeners.delete(listener);
}

/** Told by each stream that is opened, which is after each break. There is one place in the page for it. */
export function hearHello(listener: (hello: Hello) => void): void {
	onHello = listener;
}

function tell(line: AuditLine | null): void {
	for (const listener of listeners) listener(line);
}

function follow(): void {
	const opened = new EventSource("/api/v1/events");
	events = opened;
	opened.addEventListener("line", ({ data }) => tell(JSON.parse(data) as AuditLine));
	opened.addEventListener("hello", ({ data }) => {
		tell(null);
		onHello(JSON.parse(data) as Hello);
	});
	// After a break it comes again by itself, after an answer that is an error it does not.
	opened.addEventListener("error", () => {
		if (opened === events && opened.readyState === EventSource.CLOSED) reopening = setTimeout(follow, IDLE_MS);
	});
}

/** Only where it is seen: a browser has six connections for all of its tabs, and the seventh tab would wait for ever. */
document.addEventListener("visibilitychange", () => {
	clearTimeout(reopening);
	events?.close();
	events = null;
	if (document.hidden) return;
	follow();
	tell(null);
});

/** What the path answers, asked again when something happened; the last good answer stays while the daemon is away. */
export function useLive<T>(
	path: string,
	/** Whether it goes on without anything being told of it: then it is asked each second. */
	isMoving: (value: T) => boolean = () => false,
): { readonly value: T | null; readonly problem: string | null } {
	const [value, setValue] = useState<T | null>(null);
	const [problem, setProblem] = useState<string | null>(null);
	useEffect(() => {
		const over = new AbortController();
		let timer: ReturnType<typeof setTimeout>;
		let lastAt = 0;
		let isAsking = false;
		let isNewsWaiting = false;
		const look = async () => {
			if (document.hidden) return;
			[lastAt, isAsking, isNewsWaiting] = [performance.now(), true, false];
			let isMovingNow = false;
			try {
				const answer = await get<T>(path, { signal: over.signal });
				if (over.signal.aborted) return;
				setValue(answer);
				isMovingNow = isMoving(answer);
				setProblem(null);
			} catch (error) {
				if (!over.signal.aborted) setProblem(told(error));
			}
			isAsking = false;
			if (isNewsWaiting) arm(untilNext());
			else arm(isMovingNow ? PAUSE_MS : IDLE_MS);
		};
		const arm = (afterMs: number) => {
			clearTimeout(timer);
			if (!over.signal.aborted) timer = setTimeout(look, afterMs);
		};
		const untilNext = () => Math.max(0, lastAt + PAUSE_MS - performance.now());
		setValue(null);
		look();
		// A slow answer is waited for: questions would queue up, and an old answer could come after a new one.
		const unlisten = onLine(() => {
			if (isAsking) isNewsWaiting = true;
			else arm(untilNext());
		});
		return () => {
			over.abort();
			clearTimeout(timer);
			unlisten();
		};
	}, [path]);
	return { value, problem };
}

/** Now by the daemon's clock, which said `at` in its newest answer, told anew each second: this computer's may be wrong. */
export function useNow(at: string): number {
	const [now, setNow] = useState(Date.parse(at));
	useEffect(() => {
		const aheadMs = Date.parse(at) - Date.now();
		const tick = () => setNow(Date.now() + aheadMs);
		tick();
		const timer = setInterval(tick, 1000);
		return () => clearInterval(timer);
	}, [at]);
	return now;
}
