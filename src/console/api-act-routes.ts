import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { OperatorEvent } from "../model/event.ts";
import { problem, unknownMachine } from "./api-problem.ts";
import type { Cockpit } from "./cockpit.ts";

const words = z.string().max(500);
const operator = z.strictObject({ by: words.min(1) });
const reasoned = operator.extend({ reason: words });
const revision = z.string().regex(/^[0-9a-f]{8,64}$/, "expected at least the first eight digits of a revision");
const scopes = z.array(z.enum(["failed", "waiting", "not_started"])).min(1);
const approval = operator.extend({
	host_key: z.strictObject({ type: words, fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/) }),
});

interface Named {
	readonly Params: { readonly name: string };
}

/** What is ordered on a path, from its name and the body: each becomes one event with who and why. */
type Ordered = (name: string, body: unknown) => OperatorEvent;

const orders: Readonly<Record<string, Ordered>> = {
	pause: (_, body) => ({ kind: "Paused", policy: null, ...reasoned.parse(body) }),
	resume: (_, body) => ({ kind: "Resumed", policy: null, ...operator.parse(body) }),
	"policies/:name/pause": (policy, body) => ({ kind: "Paused", policy, ...reasoned.parse(body) }),
	"policies/:name/resume": (policy, body) => ({ kind: "Resumed", policy, ...operator.parse(body) }),
	"policies/:name/approve": (policy, body) => {
		return { kind: "PolicyApproved", policy, ...operator.extend({ revision }).parse(body) };
	},
	"policies/:name/promote": (policy, body) => {
		return { kind: "RingPromoted", policy, ...operator.extend({ ring: words }).parse(body) };
	},
	"policies/:name/abort": (policy, body) => ({ kind: "RolloutAborted", policy, ...reasoned.parse(body) }),
	"policies/:name/run": (policy, body) => ({ kind: "RunRequested", policy, ...operator.parse(body) }),
	"policies/:name/retry": (policy, body) => {
		return { kind: "PolicyRetryRequested", policy, ...operator.extend({ only: scopes }).parse(body) };
	},
	"machines/:name/exclude": (machine, body) => ({ kind: "MachineExcluded", machine, ...reasoned.parse(body) }),
	"machines/:name/include": (machine, body) => ({ kind: "MachineIncluded", machine, ...operator.parse(body) }),
	"machines/:name/retry": (machine, body) => ({ kind: "RetryRequested", machine, ...operator.parse(body) }),
	"packages/:name/retry": (sha256, body) => ({ kind: "PackageRetryRequested", sha256, ...operator.parse(body) }),
};

export function addActRoutes(server: FastifyInstance, cockpit: Cockpit): void {
	for (const [path, ordered] of Object.entries(orders))
		server.post<{ Params: { name?: string } }>(`/api/v1/${path}`, async ({ params, body }, reply) => {
			const answer = await cockpit.steer(ordered(params.name ?? "", body));
			if (answer.kind === "done") return { done: true, message: answer.message };
			const { code, detail } = answer.failure;
			return reply.status(code.endsWith("-UNKNOWN") ? 404 : 409).send(problem(code, detail));
		});
	server.post("/api/v1/reload", () => cockpit.reload());
	addTrustRoutes(server, cockpit);
}

function addTrustRoutes(server: FastifyInstance, cockpit: Cockpit): void {
	const known = (name: string, isKnown: boolean) => (isKnown ? { done: true } : unknownMachine(name));
	server.post<Named>("/api/v1/machines/:name/approve", async ({ params, body }, reply) => {
		const { by, host_key } = approval.parse(body);
		const answer = await cockpit.approve(params.name, host_key, by);
		if (answer === "revoked")
			return reply.status(409).send(problem("FS-MACHINE-REVOKED", `${host_key.fingerprint} is revoked`));
		if (answer === "strict")
			return reply.status(409).send(problem("FS-MACHINE-STRICT", `${params.name} may not be approved by hand`));
		return reply.status(answer === "approved" ? 200 : 404).send(known(params.name, answer === "approved"));
	});
	server.post<Named>("/api/v1/machines/:name/clean", async ({ params, body }, reply) => {
		const answer = await cockpit.clean(params.name, reasoned.parse(body));
		if (answer === null) return reply.status(404).send(unknownMachine(params.name));
		if (answer.kind === "failed") return reply.status(409).send(problem(answer.failure.code, answer.failure.detail));
		const { kind: _kind, ...report } = answer;
		return report;
	});
	server.post<Named>("/api/v1/machines/:name/forget", async ({ params, body }, reply) => {
		const isKnown = await cockpit.forget(params.name, operator.parse(body).by);
		return reply.status(isKnown ? 200 : 404).send(known(params.name, isKnown));
	});
}
