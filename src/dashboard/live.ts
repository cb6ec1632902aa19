import { useEffect, useState } from "preact/hooks";
import type { AuditLine } from "../console/cockpit.ts";
import { get } from "./api.ts";

/** Between two looks, when things happen all the time; a large fleet's report is large. */
const PAUSE_MS = 1000;
/** What no line tells of: how far deliveries are, and time going by. */
const IDLE_MS = 5000;

type Listener = (line: AuditLine | null) => void;
const listeners = new Set<Listener>();
let isOpen = false;

/** Told of every line of the journal as it is written, and with null after each break. */
function onLine(listener: Listener): () => void {
	listeners.add(listener);
	if (!isOpen) open();
	isOpen = true;
	return () => listeners.delete(listener);
}

function open(): void {
	const events = new EventSource("/api/v1/events");
	const tell = (line: AuditLine | null) => {
		for (const listener of listeners) listener(line);
	};
	events.addEventListener("line", ({ data }) => tell(JSON.parse(data) as AuditLine));
	events.addEventListener("hello", () => tell(null));
}

/** What the path answers, asked again when something happened; the last good answer stays while the daemon is away. */
export function useLive<T>(
	path: string,
	/** Whether it goes on without anything being told of it: then it is asked each second. */
	isMoving: (value: T) => boolean = () => false,
): { readonly value: T | null; readonly problem: string | null } {
	const [value, setValue] = useState<T | null>(null);
	const [problem, setProblem] = useState<string | null>(null);
	useEffect(() => {
		let isOver = false;
		let timer: ReturnType<typeof setTimeout>;
		let lastAt = 0;
		const look = async () => {
			lastAt = performance.now();
			let isMovingNow = false;
			try {
				const answer = await get<T>(path);
				if (isOver) return;
				setValue(answer);
				isMovingNow = isMoving(answer);
				setProblem(null);
			} catch (error) {
				if (!isOver) setProblem(String(error instanceof Error ? error.message : error));
			}
			if (!isOver) arm(isMovingNow ? PAUSE_MS : IDLE_MS);
		};
		const arm = (afterMs: number) => {
			clearTimeout(timer);
			timer = setTimeout(look, afterMs);
		};
		setValue(null);
		look();
		const unlisten = onLine(() => arm(Math.max(0, lastAt + PAUSE_MS - performance.now())));
		return () => {
			isOver = true;
			clearTimeout(timer);
			unlisten();
		};
	}, [path]);
	return { value, problem };
}

/** Now, told anew each second. */
export function useNow(): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	return now;
}
