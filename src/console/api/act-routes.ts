import type { z } from "zod";
import { cleanReport, hostKey } from "../answers/machines.ts";
import { acted, done } from "../answers/outcome.ts";
import { changesReport } from "../answers/policies.ts";
import { ORDERS } from "./orders.ts";
import { problem, unknownMachine } from "./problem.ts";
import { type Api, type Desks, named, operator, reasoned, route, whoAsks } from "./routes.ts";

const trusting = operator.extend({ host_key: hostKey.describe("The key that was looked at.") });

export function addActRoutes(server: Api, desks: Desks): void {
	const { cockpit } = desks;
	for (const { path, role, summary, body: shape, event } of ORDERS) {
		const { config, schema } = route({ role, tag: "steer", summary, answer: done });
		const params = path.includes(":name") ? { params: named } : {};
		const options = { config, schema: { ...schema, ...params, body: shape } };
		server.post<{ Params: { name?: string }; Body: z.output<typeof operator> }>(
			`/api/v1/${path}`,
			options,
			async (request, reply) => {
				const { params, body } = request;
				const answer = await cockpit.steer(event(params.name ?? "", body, whoAsks(request, body.by)));
				if (answer.kind === "done") return { done: true, message: answer.message };
				const { code, detail } = answer.failure;
				return reply.status(code.endsWith("-UNKNOWN") ? 404 : 409).send(problem(code, detail));
			},
		);
	}
	const summary = "Read policies, inventory and known hosts again, and say what that changed.";
	const reload = route({ role: "operator", tag: "steer", summary, answer: changesReport });
	const reloading = { ...reload, schema: { ...reload.schema, body: operator } };
	server.post("/api/v1/reload", reloading, (request) => cockpit.reload(whoAsks(request, request.body.by)));
	addTrustRoutes(server, desks);
	addCleanRoute(server, desks);
}

function addTrustRoutes(server: Api, { cockpit }: Desks): void {
	const trust = (summary: string) => route({ role: "approver", tag: "trust", summary, answer: acted });
	const approve = trust("Let a machine take part: pins its SSH host key.");
	const approving = { ...approve, schema: { ...approve.schema, params: named, body: trusting } };
	server.post("/api/v1/machines/:name/approve", approving, async (request, reply) => {
		const { name } = request.params;
		const { by, host_key } = request.body;
		const answer = await cockpit.approve(name, host_key, whoAsks(request, by));
		if (answer === "revoked")
			return reply.status(409).send(problem("FS-MACHINE-REVOKED", `${host_key.fingerprint} is revoked`));
		if (answer === "strict")
			return reply.status(409).send(problem("FS-MACHINE-STRICT", `${name} may not be approved by hand`));
		return answer === "approved" ? { done: true as const } : reply.status(404).send(unknownMachine(name));
	});
	const forget = trust("Forget a machine and its approval.");
	const forgetting = { ...forget, schema: { ...forget.schema, params: named, body: operator } };
	server.post("/api/v1/machines/:name/forget", forgetting, async (request, reply) => {
		const { name } = request.params;
		const isKnown = await cockpit.forget(name, whoAsks(request, request.body.by));
		return isKnown ? { done: true as const } : reply.status(404).send(unknownMachine(name));
	});
}

function addCleanRoute(server: Api, { cockpit }: Desks): void {
	const summary = "Remove from a machine what no policy needs: our helper, packages, ended jobs.";
	const clean = route({ role: "operator", tag: "steer", summary, answer: cleanReport });
	const options = { ...clean, schema: { ...clean.schema, params: named, body: reasoned } };
	server.post("/api/v1/machines/:name/clean", options, async (request, reply) => {
		const { name } = request.params;
		const { by, reason } = request.body;
		const answer = await cockpit.clean(name, { by: whoAsks(request, by), reason });
		if (answer === null) return reply.status(404).send(unknownMachine(name));
		if (answer.kind === "failed") return reply.status(409).send(problem(answer.failure.code, answer.failure.detail));
		const { kind: _kind, ...report } = answer;
		return report;
	});
}
