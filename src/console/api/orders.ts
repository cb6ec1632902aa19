import { z } from "zod";
import type { OperatorEvent } from "../../model/event.ts";
import type { Role } from "../cockpit.ts";
import { operator, reasoned, words } from "./routes.ts";

/** What a person can order on a path; it becomes one event with who and why. */
export interface Order {
	readonly path: string;
	readonly role: Role;
	readonly summary: string;
	readonly body: z.ZodObject<typeof operator.shape>;
	readonly event: (name: string, body: unknown, by: string) => OperatorEvent;
}

function order<Body extends z.ZodObject<typeof operator.shape>>(
	said: Omit<Order, "body" | "event"> & { readonly body: Body },
	event: (name: string, body: z.output<Body>, by: string) => OperatorEvent,
): Order {
	return { ...said, event: (name, body, by) => event(name, said.body.parse(body), by) };
}

const revision = z.string().regex(/^[0-9a-f]{8,64}$/, "expected at least the first eight digits of a revision");
const scopes = z.array(z.enum(["failed", "waiting", "not_started"])).min(1);
const approved = operator.extend({ revision: revision.describe("What was looked at; another one is not approved.") });
const ringed = operator.extend({ ring: words });
const scoped = operator.extend({ only: scopes });

/** Who steers needs the role `operator`; who lets through what others made, `approver`. */
export const ORDERS: readonly Order[] = [
	order(
		{
			path: "pause",
			role: "operator",
			summary: "Start nothing new until resumed; what is in flight ends.",
			body: reasoned,
		},
		(_, { reason }, by) => ({ kind: "Paused", policy: null, reason, by }),
	),
	order({ path: "resume", role: "operator", summary: "Go on after a pause.", body: operator }, (_, _body, by) => ({
		kind: "Resumed",
		policy: null,
		by,
	})),
	order(
		{ path: "policies/:name/pause", role: "operator", summary: "The same for one policy.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "Paused", policy, reason, by }),
	),
	order(
		{ path: "policies/:name/resume", role: "operator", summary: "Go on with a policy.", body: operator },
		(policy, _, by) => ({ kind: "Resumed", policy, by }),
	),
	order(
		{ path: "policies/:name/approve", role: "approver", summary: "Approve the revision in force.", body: approved },
		(policy, { revision }, by) => ({ kind: "PolicyApproved", policy, revision, by }),
	),
	order(
		{ path: "policies/:name/promote", role: "operator", summary: "Let the ring after this one start.", body: ringed },
		(policy, { ring }, by) => ({ kind: "RingPromoted", policy, ring, by }),
	),
	order(
		{ path: "policies/:name/abort", role: "operator", summary: "End a run before its end.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "RolloutAborted", policy, reason, by }),
	),
	order(
		{ path: "policies/:name/run", role: "operator", summary: "Begin a run now, also after an abort.", body: operator },
		(policy, _, by) => ({ kind: "RunRequested", policy, by }),
	),
	order(
		{ path: "policies/:name/retry", role: "operator", summary: "Try a policy's machines again.", body: scoped },
		(policy, { only }, by) => ({ kind: "PolicyRetryRequested", policy, only, by }),
	),
	order(
		{
			path: "machines/:name/exclude",
			role: "operator",
			summary: "Take a machine out of every rollout.",
			body: reasoned,
		},
		(machine, { reason }, by) => ({ kind: "MachineExcluded", machine, reason, by }),
	),
	order(
		{ path: "machines/:name/include", role: "operator", summary: "Let an excluded machine take part.", body: operator },
		(machine, _, by) => ({ kind: "MachineIncluded", machine, by }),
	),
	order(
		{ path: "machines/:name/retry", role: "operator", summary: "Try a machine again now.", body: operator },
		(machine, _, by) => ({ kind: "RetryRequested", machine, by }),
	),
	order(
		{ path: "packages/:name/retry", role: "operator", summary: "Download a package again, by digest.", body: operator },
		(sha256, _, by) => ({ kind: "PackageRetryRequested", sha256, by }),
	),
];
