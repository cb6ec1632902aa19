import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { problem, unknownMachine, unknownPolicy } from "./api-problem.ts";
import type { Cockpit } from "./cockpit.ts";

interface Named {
	readonly Params: { readonly name: string };
}

const detailed = z.strictObject({ detail: z.enum(["all", "groups"]).default("all") });

export function addReadRoutes(server: FastifyInstance, cockpit: Cockpit): void {
	server.get("/api/v1/status", ({ query }) => cockpit.status(detailed.parse(query).detail));
	server.get("/api/v1/plan", ({ query }) => cockpit.plan(detailed.parse(query).detail));
	server.get("/api/v1/machines", () => cockpit.machines());
	server.get<Named>("/api/v1/machines/:name", async ({ params }, reply) => {
		const row = await cockpit.machine(params.name);
		return row ?? reply.status(404).send(unknownMachine(params.name));
	});
	server.get("/api/v1/diff", () => cockpit.diff());
	server.get<Named>("/api/v1/policies/:name", async ({ params }, reply) => {
		const report = await cockpit.policy(params.name);
		return report ?? reply.status(404).send(unknownPolicy(params.name));
	});
	server.get<Named>("/api/v1/machines/:name/why", async ({ params }, reply) => {
		const report = await cockpit.why(params.name);
		return report ?? reply.status(404).send(unknownMachine(params.name));
	});
	server.get<Named>("/api/v1/machines/:name/logs", async ({ params }, reply) => {
		const outputs = await cockpit.logs(params.name);
		return outputs ?? reply.status(404).send(unknownMachine(params.name));
	});
	server.get<Named>("/api/v1/machines/:name/host-key", async ({ params }, reply) => {
		const scanned = await cockpit.scanHostKey(params.name);
		if (scanned.kind === "host_key") return scanned.host_key;
		const status = scanned.failure.code === "FS-MACHINE-UNKNOWN" ? 404 : 502;
		return reply.status(status).send(problem(scanned.failure.code, scanned.failure.detail));
	});
}
