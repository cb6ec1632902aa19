/** What the daemon said instead of what was asked for. */
export class Refusal extends Error {
	readonly code: string;
	readonly hint: string;

	constructor({ code, message, hint }: { readonly code: string; readonly message: string; readonly hint: string }) {
		super(message);
		this.code = code;
		this.hint = hint;
	}
}

const NO_ANSWER = {
	code: "FS-DAEMON-DOWN",
	message: "the daemon does not answer",
	hint: "Start it: systemctl start fleetseed.",
};

async function call<T>(path: string, options: RequestInit): Promise<T> {
	const answer = await fetch(`/api/v1/${path}`, options).catch(() => {
		throw new Refusal(NO_ANSWER);
	});
	if (answer.status === 401) location.reload();
	if (answer.ok) return (await answer.json()) as T;
	throw new Refusal(await answer.json().catch(() => NO_ANSWER));
}

export function get<T>(path: string): Promise<T> {
	return call<T>(path, {});
}

export function post<T>(path: string, body: object): Promise<T> {
	return call<T>(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
}

export function del(path: string): Promise<unknown> {
	return call(path, { method: "DELETE" });
}

export function segment(name: string): string {
	return encodeURIComponent(name);
}
