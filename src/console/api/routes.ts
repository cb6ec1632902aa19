import type { IncomingMessage, ServerResponse } from "node:http";
import type {
	FastifyBaseLogger,
	FastifyInstance,
	FastifyRequest,
	FastifyTypeProvider,
	RawServerDefault,
} from "fastify";
import { z } from "zod";
import { problemAnswer } from "../answers/outcome.ts";
import type { AuditDesk } from "../audit/audit-desk.ts";
import type { Cockpit, Role } from "../cockpit.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Says } from "../says.ts";
import type { AccessRecord } from "./access-record.ts";
import type { Tokens } from "./tokens.ts";

/** What handlers take and answer, by the schemas of their routes; nobody changes an answer. */
interface BySchemas extends FastifyTypeProvider {
	readonly validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
	readonly serializer: this["schema"] extends z.ZodType ? Says<this["schema"]> : unknown;
}

/** The server, whose routes are typed by their schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, BySchemas>;

/** What the routes speak for. */
export interface Desks {
	readonly cockpit: Cockpit;
	readonly audit: AuditDesk;
	readonly tokens: Tokens;
	readonly access: AccessRecord;
	readonly metrics: Pick<Metrics, "contentType" | "text" | "refused">;
	/** Resolves when all that was recorded is on the disk. */
	readonly onDisk: () => Promise<void>;
}

export const words = z.string().max(500);

export const named = z.object({ name: words });

export const operator = z.strictObject({
	by: words.min(1).optional().describe("Who asks. Needed on the unix socket; with a token it is the token's name."),
});

export const reasoned = operator.extend({ reason: words.default("").describe("Why, for the journal.") });

/** A request that makes no sense as it is. */
class BadRequest extends Error {
	readonly statusCode = 400;
}

/** Somebody gave the name of another. */
export class FalseName extends Error {
	readonly statusCode = 403;
}

/** Who did it, for the journal: nobody can act in the name of another. */
export function whoAsks({ principal }: FastifyRequest, by: string | undefined): string {
	if (principal.name === null) {
		if (by === undefined) throw new BadRequest("body/by: expected who asks, since the unix socket does not say");
		return by;
	}
	if (by !== undefined && by !== principal.name)
		throw new FalseName(`body/by: the token is of ${principal.name}, who cannot act as ${by}`);
	return principal.name;
}

interface Described<Answer> {
	readonly role: Role;
	readonly summary: string;
	readonly tag: string;
	/** What is answered when all is well. */
	readonly answer: Answer;
}

/** What every route says of itself: who may use it, what it is for, and what it answers. */
export function route<Answer extends z.ZodType>({ role, summary, tag, answer }: Described<Answer>) {
	const response = { 200: answer, "4xx": problemAnswer, "5xx": problemAnswer };
	return { config: { role }, schema: { summary, tags: [tag], "x-role": role, response } };
}
