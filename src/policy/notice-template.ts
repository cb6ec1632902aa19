import mustache from "mustache";
import type { Notice, NoticeMessage } from "../model/notice.ts";

const SAMPLE: Notice = {
	id: "event-1",
	kind: "failed",
	at: "2026-03-02T02:00:00.000Z",
	policy: "office",
	rollout: "office@1a2b3c4d/2026-03-02T02:00:00.000Z",
	machine: "mill-01",
	summary: 'mill-01: "said" \\ {{this}}',
};
const MESSAGE: NoticeMessage = { id: "sample", controller: "fleet", dropped: 0, notices: [SAMPLE, SAMPLE] };

/** Every value goes in as the inside of a JSON text; nothing that a machine said is ever taken for a template. */
export function renderTemplate(template: string, message: NoticeMessage): string {
	const inJson = (value: unknown) => JSON.stringify(String(value)).slice(1, -1);
	return mustache.render(template, message, {}, { escape: inJson });
}

/** What the template should have been; null: it is well. */
export function templateFault(template: string): string | null {
	try {
		if (tokenKinds(mustache.parse(template)).some((kind) => kind === "&" || kind === ">" || kind === "="))
			return "a template whose values are all written {{so}}: unescaped ones, partials and other delimiters are not taken";
		JSON.parse(renderTemplate(template, MESSAGE));
		return null;
	} catch {
		return "a Mustache template that makes JSON, of id, controller, dropped and notices";
	}
}

function tokenKinds(tokens: unknown): readonly string[] {
	if (!Array.isArray(tokens)) return [];
	return tokens.flatMap((token: unknown) => (Array.isArray(token) ? [String(token[0]), ...tokenKinds(token[4])] : []));
}
