import { z } from "zod";
import { expects } from "./expectation.ts";
import { controllerPath, duration, freeText, name, port, text } from "./fields.ts";
import { mapping, namesDiffer } from "./mapping.ts";
import { packageSchema } from "./package-schema.ts";
import { rolloutSchema } from "./rollout-schema.ts";
import { scheduleSchema, windowsSchema } from "./schedule-schema.ts";
import { selectorSchema } from "./selector-schema.ts";

const ssh = mapping({
	user: text(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "a user name")
		.default("root")
		.describe("The user to log in as."),
	port: port.optional().describe("The port of sshd. Default: the one announced or in the inventory."),
	identity_file: controllerPath.optional().describe("The private key on the controller. Default: the daemon's own."),
	connect_timeout: duration("1s", "10m").prefault("10s").describe("How long a connection may take to stand."),
});

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
	ssh: ssh.prefault({}).describe("How the machines are reached."),
});

export type PolicyDocument = z.output<typeof policyDocument>;
