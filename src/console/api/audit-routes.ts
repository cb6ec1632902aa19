import { Readable } from "node:stream";
import { z } from "zod";
import { HEAD_FORM, parseHead } from "../../record/head-text.ts";
import { auditPage, auditVerification } from "../answers/audit.ts";
import { exported } from "../audit/export.ts";
import { ROLLOUT_PAGE_POLICY, rolloutPage } from "../audit/rollout-page.ts";
import type { Dashboard } from "./dashboard-routes.ts";
import { streamLines } from "./event-stream.ts";
import { problem, unknownPolicy } from "./problem.ts";
import { type Api, type Desks, route, words } from "./routes.ts";

const lineNumber = z.coerce.number().int().min(0);

const asked = z.strictObject({
	after: lineNumber.optional().describe("The lines after this one, the oldest first. Default: the newest lines."),
	before: lineNumber.optional().describe("With the newest: those before this line."),
	machine: words.optional(),
	limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export function addAuditRoutes(server: Api, desks: Desks, dashboard: Dashboard): void {
	const { audit } = desks;
	const see = <Answer extends z.ZodType>(summary: string, answer: Answer) =>
		route({ role: "viewer", tag: "audit", summary, answer });
	const lines = see("Decisions and acts, one line each, in order.", auditPage);
	server.get("/api/v1/audit", { ...lines, schema: { ...lines.schema, querystring: asked } }, ({ query }) =>
		Promise.resolve(audit.page(query)),
	);
	const verify = see("Looks whether every line is what was written.", auditVerification);
	const known = z.strictObject({
		head: z.string().regex(HEAD_FORM, "expected a line's number, a colon and its hash").optional(),
	});
	server.get(
		"/api/v1/audit/verify",
		{ ...verify, schema: { ...verify.schema, querystring: known } },
		({ query: { head } }) => audit.verify(head === undefined ? null : parseHead(head)),
	);
	const whole = see("Every line of the audit, as a file.", z.string());
	const format = z.strictObject({ format: z.enum(["jsonl", "csv"]).default("jsonl") });
	server.get(
		"/api/v1/audit/export",
		// A HEAD would read all of it for nobody.
		{ ...whole, schema: { ...whole.schema, querystring: format }, exposeHeadRoute: false },
		(request, reply) => {
			const { format } = request.query;
			const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/jsonl";
			reply.header("content-disposition", `attachment; filename="fleetseed-audit.${format}"`);
			// A stream is sent as it is.
			reply.type(type).send(Readable.from(exported(audit.all(), format)) as never);
		},
	);
	addReportRoute(server, desks);
	addEventsRoute(server, desks, dashboard);
}

function addReportRoute(server: Api, { audit, cockpit }: Desks): void {
	const summary = "One rollout, told for people: a page that needs nothing else.";
	const report = route({ role: "viewer", tag: "audit", summary, answer: z.string() });
	const query = z.strictObject({
		policy: words,
		rollout: words.optional().describe("Default: the newest of the policy."),
	});
	server.get(
		"/api/v1/audit/report",
		{ ...report, schema: { ...report.schema, querystring: query } },
		async (request, reply) => {
			const { policy, rollout } = request.query;
			const { rollouts } = await cockpit.status("all");
			const standing = (id: string) => rollouts.find((each) => each.id === id)?.machines ?? null;
			const page = await rolloutPage(audit, { policy, rollout: rollout ?? null, at: Date.now(), standing });
			if (page !== null) {
				reply
					.header("content-security-policy", ROLLOUT_PAGE_POLICY)
					.type("text/html; charset=utf-8")
					.serializer(String);
				return page;
			}
			const isKnown = (await cockpit.policy(policy)) !== null;
			const none = problem(
				"FS-API-REQUEST",
				rollout === undefined ? `no run of ${policy} has begun` : `${rollout}: no such rollout`,
			);
			return reply.status(404).send(isKnown ? none : unknownPolicy(policy));
		},
	);
}

function addEventsRoute(server: Api, { audit, tokens }: Desks, { edition }: Dashboard): void {
	const summary =
		"Every line of the audit as it is written (server-sent events): `event: line`, with the line's number as its id. Send Last-Event-ID to go on after a line.";
	const events = route({ role: "viewer", tag: "audit", summary, answer: z.string() });
	const headers = z.object({ "last-event-id": lineNumber.optional() });
	// A HEAD would wait for the end of what has none.
	const options = { ...events, schema: { ...events.schema, headers }, exposeHeadRoute: false };
	server.get("/api/v1/events", options, (request, reply) => {
		const last = audit.lastSeq();
		const after = Math.min(Number(request.headers["last-event-id"] ?? last), last);
		reply.hijack();
		for (const [name, value] of Object.entries(reply.getHeaders()))
			if (value !== undefined) reply.raw.setHeader(name, value);
		reply.raw.writeHead(200, {
			"content-type": "text/event-stream",
			"cache-control": "no-store",
			"x-accel-buffering": "no",
		});
		const { token } = request.principal;
		const isWelcome = () => token === null || tokens.counts(token);
		streamLines(reply.raw, audit, { after, isWelcome, edition }).catch((error: unknown) => {
			request.log.error({ err: error }, "event stream failed");
			reply.raw.destroy();
		});
	});
}
