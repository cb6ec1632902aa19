import { z } from "zod";
import type { OperatorEvent } from "../../model/event.ts";
import type { Role } from "../cockpit.ts";
import { reasoned, words } from "./routes.ts";

/** What a person can order on a path; it becomes one event with who and why. */
export interface Order {
	readonly path: string;
	readonly role: Role;
	readonly summary: string;
	readonly body: z.ZodObject<typeof reasoned.shape>;
	readonly event: (name: string, body: unknown, by: string) => OperatorEvent;
}

function order<Body extends z.ZodObject<typeof reasoned.shape>>(
	said: Omit<Order, "body" | "event"> & { readonly body: Body },
	event: (name: string, body: z.output<Body>, by: string) => OperatorEvent,
): Order {
	return { ...said, event: (name, body, by) => event(name, said.body.parse(body), by) };
}

/** All of it: whoever writes policies finds two with the same first eight digits in a second, one to be looked at and one to be approved. */
const revision = z.string().regex(/^[0-9a-f]{64}$/, "expected the 64 digits of a revision");
const scopes = z.array(z.enum(["failed", "waiting", "not_started"])).min(1);
const approved = reasoned.extend({ revision: revision.describe("What was looked at; another one is not approved.") });
const ringed = reasoned.extend({ ring: words });
const scoped = reasoned.extend({ only: scopes });

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
	order({ path: "resume", role: "operator", summary: "Go on after a pause.", body: reasoned }, (_, { reason }, by) => ({
		kind: "Resumed",
		policy: null,
		by,
		...why(reason),
	})),
	order(
		{ path: "policies/:name/pause", role: "operator", summary: "The same for one policy.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "Paused", policy, reason, by }),
	),
	order(
		{ path: "policies/:name/resume", role: "operator", summary: "Go on with a policy.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "Resumed", policy, by, ...why(reason) }),
	),
	order(
		{ path: "policies/:name/approve", role: "approver", summary: "Approve the revision in force.", body: approved },
		(policy, { revision, reason }, by) => ({ kind: "PolicyApproved", policy, revision, by, ...why(reason) }),
	),
	order(
		{ path: "policies/:name/promote", role: "operator", summary: "Let the ring after this one start.", body: ringed },
		(policy, { ring, reason }, by) => ({ kind: "RingPromoted", policy, ring, by, ...why(reason) }),
	),
	order(
		{ path: "policies/:name/abort", role: "operator", summary: "End a run before its end.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "RolloutAborted", policy, reason, by }),
	),
	order(
		{ path: "policies/:name/run", role: "operator", summary: "Begin a run now, also after an abort.", body: reasoned },
		(policy, { reason }, by) => ({ kind: "RunRequested", policy, by, ...why(reason) }),
	),
	order(
		{ path: "policies/:name/retry", role: "operator", summary: "Try a policy's machines again.", body: scoped },
		(policy, { only, reason }, by) => ({ kind: "PolicyRetryRequested", policy, only, by, ...why(reason) }),
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
		{ path: "machines/:name/include", role: "operator", summary: "Let an excluded machine take part.", body: reasoned },
		(machine, { reason }, by) => ({ kind: "MachineIncluded", machine, by, ...why(reason) }),
	),
	order(
		{ path: "machines/:name/retry", role: "operator", summary: "Try a machine again now.", body: reasoned },
		(machine, { reason }, by) => ({ kind: "RetryRequested", machine, by, ...why(reason) }),
	),
	order(
		{ path: "packages/:name/retry", role: "operator", summary: "Download a package again, by digest.", body: reasoned },
		(sha256, { reason }, by) => ({ kind: "PackageRetryRequested", sha256, by, ...why(reason) }),
	),
];

function why(reason: string): { readonly reason?: string } {
	return reason === "" ? {} : { reason };
}
