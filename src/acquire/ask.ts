import type { Dispatcher } from "undici";
import type { Job } from "./job.ts";

const MAX_REDIRECTS = 5;

export interface Request {
	readonly url: URL;
	readonly headers: Readonly<Record<string, string>>;
	readonly signal: AbortSignal;
}

/** refused: the server answered with something we do not follow.  cut: no answer, or the signal was aborted. */
export type Asking =
	| { readonly kind: "answered"; readonly response: Dispatcher.ResponseData }
	| { readonly kind: "refused"; readonly detail: string }
	| { readonly kind: "cut"; readonly detail: string };

/** One GET, redirects followed; `answered` has a status other than 3xx with a Location. */
export async function ask({ uplink }: Job, request: Request): Promise<Asking> {
	let url = request.url;
	for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
		const asking = await get(uplink, url, request);
		if (asking.kind !== "redirected") return asking;
		const next = URL.parse(asking.location, url.href);
		if (next?.protocol !== "http:" && next?.protocol !== "https:")
			return { kind: "refused", detail: `redirected to ${JSON.stringify(asking.location.slice(0, 200))}` };
		url = next;
	}
	return { kind: "refused", detail: `redirected more than ${MAX_REDIRECTS} times` };
}

async function get(
	uplink: Dispatcher,
	url: URL,
	request: Request,
): Promise<Asking | { kind: "redirected"; location: string }> {
	try {
		const response = await uplink.request({
			origin: url.origin,
			path: url.pathname + url.search,
			method: "GET",
			headers: { "accept-encoding": "identity", ...request.headers, ...credentials(url, request.url) },
			signal: request.signal,
			// The speed floor watches both.
			headersTimeout: 0,
			bodyTimeout: 0,
		});
		// A body that is destroyed while it arrives emits an error; whoever reads it is told by the iterator.
		response.body.on("error", () => undefined);
		const location = response.headers.location;
		const isRedirect = response.statusCode >= 300 && response.statusCode <= 399 && typeof location === "string";
		if (!isRedirect) return { kind: "answered", response };
		response.body.destroy();
		return { kind: "redirected", location };
	} catch (error) {
		return { kind: "cut", detail: describe(error) };
	}
}

/** undici's own words, with the code when the message is empty (a refused connection to a name with several addresses). */
export function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.message || ("code" in error ? String(error.code) : error.name);
}

/** The policy's user and password go to the policy's origin only, never along a redirect to another. */
function credentials(url: URL, asked: URL): Record<string, string> {
	if (url.origin !== asked.origin || asked.username === "") return {};
	const pair = `${decodeURIComponent(asked.username)}:${decodeURIComponent(asked.password)}`;
	return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
