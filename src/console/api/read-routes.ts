import { z } from "zod";
import { hostKey, machineRow, outputRow } from "../answers/machines.ts";
import { planReport } from "../answers/plan.ts";
import { changesReport, policyReport } from "../answers/policies.ts";
import { statusReport } from "../answers/status.ts";
import { whyReport } from "../answers/why.ts";
import { problem, unknownMachine, unknownPolicy } from "./problem.ts";
import { type Api, type Desks, named, route, words } from "./routes.ts";

const detailed = z.strictObject({
	detail: z
		.enum(["all", "groups"])
		.default("all")
		.describe("groups: without the lists with an entry for each machine."),
});

export function addReadRoutes(server: Api, { cockpit }: Desks): void {
	const see = <Answer extends z.ZodType>(summary: string, answer: Answer) =>
		route({ role: "viewer", tag: "look", summary, answer });
	const status = see("How far every rollout is, and the one reason of each machine that is not done.", statusReport);
	const byDetail = { querystring: detailed };
	server.get("/api/v1/status", { ...status, schema: { ...status.schema, ...byDetail } }, ({ query }) =>
		cockpit.status(query.detail),
	);
	const plan = see("What would be done now, in order, and why the rest waits.", planReport);
	server.get("/api/v1/plan", { ...plan, schema: { ...plan.schema, ...byDetail } }, ({ query }) =>
		cockpit.plan(query.detail),
	);
	const machines = see("The machines that were found or listed.", z.array(machineRow));
	server.get("/api/v1/machines", machines, () => cockpit.machines());
	const diff = see("What a reload would change; changes nothing.", changesReport);
	server.get("/api/v1/diff", diff, () => cockpit.diff());
	const byName = { params: named };
	const policy = see("A policy in force, as a person has to see it before approving it.", policyReport);
	server.get(
		"/api/v1/policies/:name",
		{ ...policy, schema: { ...policy.schema, ...byName } },
		async (request, reply) => {
			const report = await cockpit.policy(request.params.name);
			return report ?? reply.status(404).send(unknownPolicy(request.params.name));
		},
	);
	const machine = see("A machine, with its facts as last read.", machineRow);
	server.get(
		"/api/v1/machines/:name",
		{ ...machine, schema: { ...machine.schema, ...byName } },
		async (request, reply) => {
			const row = await cockpit.machine(request.params.name);
			return row ?? reply.status(404).send(unknownMachine(request.params.name));
		},
	);
	const why = see("Why a machine is where it is, what happens next, and what to do about it.", whyReport);
	server.get("/api/v1/machines/:name/why", { ...why, schema: { ...why.schema, ...byName } }, async (request, reply) => {
		const report = await cockpit.why(request.params.name);
		return report ?? reply.status(404).send(unknownMachine(request.params.name));
	});
	const logs = see("What the last steps on a machine printed.", z.array(outputRow));
	server.get(
		"/api/v1/machines/:name/logs",
		{ ...logs, schema: { ...logs.schema, ...byName } },
		async (request, reply) => {
			const outputs = await cockpit.logs(request.params.name);
			return outputs ?? reply.status(404).send(unknownMachine(request.params.name));
		},
	);
	addLogsRoute(server, { cockpit });
	addHostKeyRoute(server, { cockpit });
}

const asked = z.strictObject({
	after: z.coerce.number().int().min(0).optional().describe("Those after this one. Default: the newest."),
	machine: words.optional(),
	limit: z.coerce.number().int().min(1).max(100).default(20),
});

function addLogsRoute(server: Api, { cockpit }: Pick<Desks, "cockpit">): void {
	const summary = "What steps printed on all machines, or on one, in order.";
	const logs = route({ role: "viewer", tag: "look", summary, answer: z.array(outputRow) });
	server.get("/api/v1/logs", { ...logs, schema: { ...logs.schema, querystring: asked } }, ({ query }) =>
		cockpit.outputs(query),
	);
}

function addHostKeyRoute(server: Api, { cockpit }: Pick<Desks, "cockpit">): void {
	const summary = "The SSH host key that the machine shows now, read without authenticating.";
	const key = route({ role: "viewer", tag: "trust", summary, answer: hostKey });
	const options = { ...key, schema: { ...key.schema, params: named } };
	server.get("/api/v1/machines/:name/host-key", options, async ({ params }, reply) => {
		const scanned = await cockpit.scanHostKey(params.name);
		if (scanned.kind === "host_key") return scanned.host_key;
		const { code, detail } = scanned.failure;
		const status = code === "FS-MACHINE-UNKNOWN" ? 404 : code === "FS-API-RATE" ? 429 : 502;
		return reply.status(status).send(problem(code, detail));
	});
}
