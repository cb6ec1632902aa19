import { Agent, request } from "undici";
import { problemAnswer } from "./answers/outcome.ts";
import { whyUnreachable } from "./why-unreachable.ts";

/** What the daemon, or the lack of one, answered instead of what was asked for. */
export class ApiError extends Error {
	readonly code: string;
	readonly hint: string;
	/** false: nobody answered on the socket. */
	readonly isAnswer: boolean;

	constructor(problem: { readonly code: string; readonly message: string; readonly hint: string }, isAnswer: boolean) {
		super(problem.message);
		this.code = problem.code;
		this.hint = problem.hint;
		this.isAnswer = isAnswer;
	}
}

const TIMEOUT_MS = 60_000;

/** The API as the CLI sees it. The daemon is of the same release, so answers are taken by their type. */
export class Client {
	readonly #agent: Agent;
	readonly #socketPath: string;

	constructor(socketPath: string) {
		this.#socketPath = socketPath;
		this.#agent = new Agent({ connect: { socketPath }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
	}

	get<T>(path: string): Promise<T> {
		return this.#call<T>("GET", path);
	}

	post<T>(path: string, body: object): Promise<T> {
		return this.#call<T>("POST", path, body);
	}

	/** The answer's body piece by piece, however long it is. */
	async stream(path: string): Promise<AsyncIterable<Buffer>> {
		const answer = await this.#request("GET", path);
		if (answer.statusCode < 300) return this.#whole(answer.body);
		throw new ApiError(problemAnswer.parse(await answer.body.json()), true);
	}

	async close(): Promise<void> {
		await this.#agent.close();
	}

	/** A daemon that stops in the middle is one that does not answer. */
	async *#whole(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		try {
			yield* body;
		} catch (error) {
			await this.#unreachable(error as Error);
		}
	}

	async #call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
		const answer = await this.#request(method, path, body);
		// It may have been stopped in the middle of its answer.
		const content: unknown = await answer.body.json().catch((error: Error) => this.#unreachable(error));
		if (answer.statusCode < 300) return content as T;
		throw new ApiError(problemAnswer.parse(content), true);
	}

	async #request(method: "GET" | "POST", path: string, body?: object) {
		const json = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
		const url = `http://fleetseed/api/v1/${path}`;
		return request(url, { method, dispatcher: this.#agent, ...json }).catch((error: Error) => this.#unreachable(error));
	}

	async #unreachable(error: Error): Promise<never> {
		const { saw, hint } = await whyUnreachable(this.#socketPath, error);
		const message = `the daemon does not answer on ${this.#socketPath}: ${saw}`;
		throw new ApiError({ code: "FS-DAEMON-DOWN", message, hint }, false);
	}
}
