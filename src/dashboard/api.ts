/** What the daemon said instead of what was asked for. */
class Refusal extends Error {
	readonly code: string;
	readonly hint: string;
	/** Whether the daemon itself says so, and so has done nothing. */
	readonly isAnswer: boolean;

	constructor({ code, message, hint }: Problem, isAnswer: boolean) {
		super(message);
		this.code = code;
		this.hint = hint;
		this.isAnswer = isAnswer;
	}
}

interface Problem {
	readonly code: string;
	readonly message: string;
	readonly hint: string;
}

const NO_ANSWER = {
	code: "FS-DAEMON-DOWN",
	message: "The daemon does not answer",
	hint: "Unless the network is in the way, on the controller: systemctl status fleetseed.",
};
/** A hung daemon and a network that swallows everything say nothing at all. */
const DEADLINE_MS = 30_000;

interface Waiting {
	readonly deadlineMs?: number;
	/** Of whoever asks, when nobody wants to know any more. */
	readonly signal?: AbortSignal;
}

async function call<T>(path: string, options: RequestInit, waiting: Waiting = {}): Promise<T> {
	const { deadlineMs = DEADLINE_MS, signal: over } = waiting;
	const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(over ? [over] : [])]);
	const answer = await fetch(`/api/v1/${path}`, { ...options, signal }).catch(() => {
		throw new Refusal(NO_ANSWER, false);
	});
	// The page itself is the login now, and leads back here.
	if (answer.status === 401) location.reload();
	const body = await answer.json().catch(() => NO_ANSWER);
	if (answer.ok && body !== NO_ANSWER) return body as T;
	// What broke in the middle of it does not know how far it came.
	throw new Refusal(body, body !== NO_ANSWER && answer.status < 500);
}

export function get<T>(path: string, waiting?: Waiting): Promise<T> {
	return call<T>(path, {}, waiting);
}

export function post<T>(path: string, body: object): Promise<T> {
	return call<T>(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

export function del(path: string): Promise<unknown> {
	return call(path, { method: "DELETE" });
}

/** Whether it is sure that nothing was done: an answer that was cut off may have been a yes. */
export function isRefused(error: unknown): boolean {
	return error instanceof Refusal && error.isAnswer;
}

/** What went wrong, what to do about it, and its code. */
export function told(error: unknown): string {
	return error instanceof Refusal ? `${error.message}. ${error.hint} (${error.code})` : String(error);
}

export function segment(name: string): string {
	return encodeURIComponent(name);
}
