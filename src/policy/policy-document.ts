import { z } from "zod";
import { approvalSchema } from "./approval-schema.ts";
import { bandwidthSchema } from "./bandwidth-schema.ts";
import { deliverySchema } from "./delivery-schema.ts";
import { expects } from "./expectation.ts";
import { duration, freeText, moment, name, port, text } from "./fields.ts";
import { hooksSchema } from "./hooks-schema.ts";
import { loginFields } from "./login-schema.ts";
import { mapping, namesDiffer, rule } from "./mapping.ts";
import { offlineSchema } from "./offline-schema.ts";
import { packageSchema } from "./package-schema.ts";
import { rebootSchema } from "./reboot-schema.ts";
import { retriesSchema } from "./retries-schema.ts";
import { rolloutSchema } from "./rollout-schema.ts";
import { scheduleSchema, windowsSchema } from "./schedule-schema.ts";
import { selectorSchema } from "./selector-schema.ts";

const userName = text(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "a user name");

const JUMP = "([A-Za-z_][A-Za-z0-9_.-]{0,31}@)?([A-Za-z0-9][A-Za-z0-9._-]{0,252}|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?";
const PROXY_JUMP = new RegExp(`^(none|${JUMP}(,${JUMP}){0,7})$`);

const ssh = mapping({
	user: userName.optional().describe("The user to log in as. Default: what ssh_config says, and else root."),
	port: port.optional().describe("The port of sshd. Default: the one announced or in the inventory."),
	...loginFields,
	proxy_jump: text(PROXY_JUMP, "[user@]host[:port], separated by commas, or none")
		.optional()
		.describe("Machines to go through, the nearest first: [user@]host[:port],... as in ssh_config(5), or none."),
	connect_timeout: duration("1s", "10m").prefault("10s").describe("How long a connection may take to stand."),
});

const bandwidth = bandwidthSchema({
	up: "The most that each machine sends to others in a second, such as 500kbit, 20mbit or 2MiB. Default: no limit.",
	down: "The most that each machine receives in a second. Default: no limit.",
});

interface Span {
	readonly available_at?: number | undefined;
	readonly deadline?: number | undefined;
}

interface Becoming {
	readonly become: boolean;
	readonly become_user?: string | undefined;
	readonly become_method?: string | undefined;
	readonly become_password?: string | undefined;
}

/** A policy as it is written, with defaults filled in where they do not depend on other fields. Durations are in ms. */
export const policyDocument = mapping({
	version: z.literal(1, expects("1", "FS-POLICY-VERSION")).describe("The version of this format: 1."),
	name: name.describe("The policy's name, unique among all policies."),
	description: freeText.optional().describe("What the policy is for; changes nothing."),
	packages: z
		.array(packageSchema)
		.min(1, "at least one package")
		.check(namesDiffer)
		.describe("What shall be installed, in this order."),
	targets: selectorSchema.describe("Which machines; criteria of different kinds must all hold."),
	rollout: rolloutSchema.prefault({}).describe("In which order and how many at once."),
	schedule: scheduleSchema.describe("When it runs: now (once for each revision), or by cron in a time zone."),
	maintenance_windows: windowsSchema
		.default([])
		.describe("When installs may start; with none, at any time. Downloads and deliveries do not wait for a window."),
	available_at: moment
		.optional()
		.describe("No install starts before it; packages are downloaded and delivered earlier."),
	deadline: moment
		.optional()
		.describe("From then on installs and reboots wait for no window. Rings, budgets and slots still hold."),
	grace_period: duration("0s", "999d")
		.prefault("0s")
		.describe("How long a machine that comes back after the deadline has before it is forced."),
	approval: approvalSchema.optional().describe("Nothing reaches a machine before people have approved the revision."),
	hooks: hooksSchema
		.prefault({})
		.describe(
			"Scripts run by /bin/sh around each install, and each removal, with $FLEETSEED_PACKAGE and $FLEETSEED_VERSION.",
		),
	reboot: rebootSchema.prefault({}).describe("Whether, when and how many machines are rebooted."),
	retries: retriesSchema.prefault({}).describe("What is tried again by itself."),
	offline: offlineSchema.prefault({}).describe("What becomes of machines that are away."),
	delivery: deliverySchema.prefault({}).describe("How packages come to the machines."),
	bandwidth: bandwidth.prefault({}).describe("How fast each machine may receive and pass on this policy's packages."),
	ssh: ssh.prefault({}).describe("How the machines are reached."),
	become: z
		.boolean("true or false")
		.default(false)
		.describe("Whether the user who logs in becomes another one for the work."),
	become_user: userName.optional().describe("Who that is. Default: root."),
	become_method: z.enum(["sudo", "doas"], "sudo or doas").optional().describe("By which program. Default: sudo."),
	become_password: name
		.optional()
		.describe(
			"The password that sudo asks for, as one of the daemon's `credentials`. Default: the daemon's own, if any.",
		),
}).check(
	rule<Becoming>(["become", "become_user", "become_method", "become_password"], (written) =>
		(["become_user", "become_method", "become_password"] as const)
			.filter((key) => !written.become && written[key] !== undefined)
			.map((key) => ({ path: [key], expected: "this only beside become: true", code: "FS-POLICY-VALUE" as const })),
	),
	rule<Span>(["available_at", "deadline"], ({ available_at, deadline }) => {
		const isEarly = available_at !== undefined && deadline !== undefined && deadline <= available_at;
		return isEarly ? [{ path: ["deadline"], expected: "a time after available_at", code: "FS-POLICY-DEADLINE" }] : [];
	}),
);

export type PolicyDocument = z.output<typeof policyDocument>;
