import { Agent, type Dispatcher, request } from "undici";
import type { z } from "zod";
import { NO_SUCH_ROUTE, problemAnswer } from "./answers/outcome.ts";
import { RELEASE_HEADER, releaseProblem, releasesDiffer } from "./release.ts";
import type { Says } from "./says.ts";
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

type Method = "GET" | "POST";

/**
 * The API as the CLI sees it. A daemon of the same release answers as its description says, and is believed; what one of another
 * release answers is held against what was asked for, of which `answer` is the schema. Who does not read it gives none.
 */
export class Client {
	readonly #agent: Agent;
	readonly #socketPath: string;
	#differ: string | null = null;

	constructor(socketPath: string) {
		this.#socketPath = socketPath;
		this.#agent = new Agent({ connect: { socketPath }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
	}

	/** How the daemon's release differs from ours, by its last answer; null: it does not, or it has not answered yet. */
	get differ(): string | null {
		return this.#differ;
	}

	get<Answer extends z.ZodType = z.ZodUnknown>(path: string, answer?: Answer): Promise<Says<Answer>> {
		return this.#call("GET", { path, answer });
	}

	post<Answer extends z.ZodType = z.ZodUnknown>(path: string, body: object, answer?: Answer): Promise<Says<Answer>> {
		return this.#call("POST", { path, body, answer });
	}

	/** The answer's body piece by piece, however long it is. */
	async stream(path: string): Promise<AsyncIterable<Buffer>> {
		const asked = { method: "GET", path } as const;
		const said = await this.#request(asked);
		if (said.statusCode < 300) return this.#whole(said.body);
		throw refusal(asked, await this.#read(said, asked));
	}

	async close(): Promise<void> {
		await this.#agent.close();
	}

	/** A daemon that stops in the middle is one that does not answer. */
	async *#whole(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		try {
			yield* body;
		} catch (error) {
			await this.#unreachable("GET", error as Error);
		}
	}

	async #call<Answer extends z.ZodType>(
		method: Method,
		{ path, body, answer }: { readonly path: string; readonly body?: object; readonly answer: Answer | undefined },
	): Promise<Says<Answer>> {
		const asked = { method, path };
		const said = await this.#read(await this.#request({ ...asked, ...(body && { body }) }), asked);
		if (said.status >= 300) throw refusal(asked, said);
		if (said.differ !== null && answer) understand(asked, answer, { ...said, differ: said.differ });
		return said.content as Says<Answer>;
	}

	async #request({ method, path, body }: Asked & { readonly body?: object }) {
		const json = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
		const url = `http://fleetseed/api/v1/${path}`;
		return request(url, { method, dispatcher: this.#agent, ...json }).catch((error: Error) =>
			this.#unreachable(method, error),
		);
	}

	/** The whole of it: the daemon may have been stopped in the middle of its answer. */
	async #read({ statusCode, headers, body }: Dispatcher.ResponseData, { method }: Asked): Promise<Said> {
		const text = await body.text().catch((error: Error) => this.#unreachable(method, error));
		this.#differ = releasesDiffer(headers[RELEASE_HEADER]);
		return { status: statusCode, content: parsed(text), differ: this.#differ };
	}

	async #unreachable(method: Method, error: NodeJS.ErrnoException): Promise<never> {
		const { saw, hint } = await whyUnreachable(this.#socketPath, error);
		const message = `the daemon does not answer on ${this.#socketPath}: ${saw}`;
		const known = { code: "FS-DAEMON-DOWN", message, hint };
		// Who could not even connect has asked nothing.
		if (method === "GET" || error.syscall === "connect") throw new ApiError(known, false);
		const look = `Look before you repeat it: fleetseed status, fleetseed audit export. ${hint}`;
		throw new ApiError({ ...known, message: `${message}; nobody knows whether it was done`, hint: look }, false);
	}
}

interface Asked {
	readonly method: Method;
	readonly path: string;
}

interface Said {
	readonly status: number;
	/** undefined: it is not JSON. */
	readonly content: unknown;
	/** null: the daemon is of our release. */
	readonly differ: string | null;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** What was answered instead; of our own release that is a problem by its schema, or a bug. */
function refusal({ method, path }: Asked, { status, content, differ }: Said): ApiError {
	if (differ === null) return new ApiError(problemAnswer.parse(content), true);
	const { data: problem } = problemAnswer.safeParse(content);
	if (!problem) return new ApiError(releaseProblem(differ, `it answers ${method} ${path} with ${status} alone`), true);
	if (problem.code !== "FS-API-REQUEST") return new ApiError(problem, true);
	if (problem.message === NO_SUCH_ROUTE)
		return new ApiError(releaseProblem(differ, `it does not know ${method} ${path}`), true);
	// It may be what was typed, or a key that only one of the two knows.
	return new ApiError({ ...problem, hint: `${problem.hint} It may also be that ${differ}.` }, true);
}

/** Throws where the answer lacks what is to be read in it; more than that does not matter. */
function understand<Answer extends z.ZodType>(
	{ method, path }: Asked,
	answer: Answer,
	{ content, differ }: Said & { readonly differ: string },
): void {
	const [issue] = answer.safeParse(content).error?.issues ?? [];
	if (!issue) return;
	const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
	const saw = `its answer to ${method} ${path} is not what is expected here: ${where}${issue.message}`;
	throw new ApiError(releaseProblem(differ, method === "GET" ? saw : `it was done, and ${saw}`), true);
}
