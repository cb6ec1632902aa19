import { z } from "zod";

/** What the API answers, as schemas: its description is made of them, and so are the types of the reports. */

const time = z.string().describe("ISO 8601, UTC");
const count = z.int().min(0);
const bytes = z.int().min(0);

export const machineState = z
	.enum([
		"discovered",
		"quarantined",
		"waiting_for_machine",
		"waiting",
		"inspecting",
		"delivering",
		"installing",
		"rebooting",
		"verified",
		"rolled_back",
		"failed",
		"skipped",
		"not_applicable",
		"excluded",
		"not_targeted",
	])
	.describe("rolled_back: brought back to the revision before.   skipped: given up because it stayed away.")
	.meta({ id: "MachineState" });

export const act = z
	.object({ by: z.string(), reason: z.string(), at: time })
	.describe("Who did something, why and when.")
	.meta({ id: "Act" });

export const hostKey = z
	.object({
		type: z.string().max(500).describe("ssh-ed25519"),
		fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "expected SHA256: and 43 characters of base64"),
	})
	.describe("An SSH host key as OpenSSH prints it.")
	.meta({ id: "HostKey" });

const several = z.object({
	machines: count.describe("How many machines."),
	names: z.array(z.string()).describe("The first few names."),
});

export const machineGroup = several
	.extend({ state: machineState, reason: z.string().nullable() })
	.describe(
		"Machines of which the same is to be said. What differs in the sentence, such as addresses, is left out of it.",
	)
	.meta({ id: "MachineGroup" });

export const totals = z
	.object({
		machines: count.describe("Machines that some policy selects and that have a part in its rollout."),
		installed: count.describe("Of those: verified for every policy that selects them."),
		failed: count,
		rolled_back: count.describe("Of those: back at the revision before, for some policy."),
		left_out: count.describe("Selected, but not applicable, excluded or given up everywhere; not among `machines`."),
		package_bytes: bytes,
		origin_bytes: bytes.describe("What the origins sent."),
		controller_uplink_bytes: bytes.describe("What the controller itself sent into the swarm."),
		peer_bytes: bytes.describe("What machines sent each other: all that was delivered less what the controller sent."),
	})
	.meta({ id: "Totals" });

export const approvalReport = z
	.object({
		required: count,
		approvers: z.array(z.string()).describe("Empty: anybody."),
		because: z.string().nullable().describe("Why so many, if the policy itself does not ask for them."),
		given: z.array(z.object({ by: z.string(), at: time, counts: z.boolean() })),
		is_approved: z.boolean(),
	})
	.meta({ id: "ApprovalReport" });

export const ringReport = z
	.object({
		name: z.string(),
		state: z.enum(["waiting", "running", "promoted"]),
		machines: count,
		verified: count,
		failed: count,
		left_out: count.describe("Not applicable, excluded or given up."),
		unreachable: count.describe("Out of reach, which holds nobody up."),
		gate: z
			.object({ kind: z.string(), sentence: z.string(), until: time.nullable() })
			.nullable()
			.describe("What the rings behind it wait for, of the ring that holds them."),
		prestaging: z
			.object({ holding: count, counted: count, threshold: z.number() })
			.nullable()
			.describe("While its installs wait for deliveries: machines that hold the packages, of how many, in percent."),
	})
	.meta({ id: "RingReport" });

export const rebootsReport = z
	.object({
		due: count,
		done: count,
		failed: count,
		under_way: z.array(z.object({ machine: z.string(), since: time, back_by: time })),
	})
	.meta({ id: "RebootsReport" });

export const deliveryReport = z
	.object({
		method: z.string(),
		bytes,
		seconds: z.number(),
		source_bytes: bytes.nullable(),
		peer_bytes: bytes.nullable(),
		floor_multiple: z
			.number()
			.nullable()
			.describe("Its time as a multiple of what links and limits allow at best; null: they are not known."),
		because: z.string().nullable().describe("Why this way, and why each one before it was passed over."),
	})
	.describe("By the controller's own count; null: not counted.")
	.meta({ id: "DeliveryReport" });

export const rolloutMachine = z
	.object({
		machine: z.string(),
		ring: z.string().nullable(),
		state: machineState,
		reason: z.string().nullable(),
		progress: z
			.number()
			.nullable()
			.describe("Share of the package that has arrived, 0 to 1, while it is being delivered."),
		delivery: deliveryReport.nullable(),
		exit_code: z.int().nullable(),
		verified_at: time.nullable(),
	})
	.meta({ id: "RolloutMachine" });

export const rolloutReport = z
	.object({
		policy: z.string(),
		revision: z.string().describe("The revision in force, which the rollout may not have begun with."),
		id: z.string().nullable().describe("null: no run has begun."),
		run: time.nullable().describe("When the run was due."),
		began_at: time.nullable(),
		next_run: time.nullable().describe("When the schedule begins another run."),
		held: z.string().nullable().describe("Why the policy as a whole waits or has stopped, if it does."),
		paused: act.nullable(),
		approval: approvalReport.nullable(),
		halted: act.nullable(),
		rolls_back: z.string().nullable().describe("The revision that this rollout undoes."),
		missed_runs: z.array(time).describe("Runs that were due and are not made up."),
		rings: z.array(ringReport),
		reboots: rebootsReport,
		ways: z
			.array(z.object({ method: z.string(), machines: count }))
			.describe("How many machines got their packages by which way."),
		machines: z.array(rolloutMachine).describe("When only groups were asked for: those that are being delivered to."),
	})
	.meta({ id: "RolloutReport" });

export const statusReport = z
	.object({
		at: time,
		waiting_for: z.string().describe("One line: what the daemon does or waits for."),
		paused: act.nullable(),
		problems: z.array(z.string()).describe("What is wrong with the files on disk; the last good ones are in force."),
		rollouts: z.array(rolloutReport),
		excluded: z.array(act.extend({ machine: z.string() })).describe("Taken out of every rollout by a person."),
		groups: z
			.array(machineGroup)
			.describe("Machines that are not done, by state and reason; what a person should look at first is first."),
		machines: z
			.array(z.object({ name: z.string(), state: machineState, reason: z.string().nullable() }))
			.describe("Each by its worst state over all rollouts; empty when only groups were asked for."),
		totals,
	})
	.meta({ id: "StatusReport" });

const plannedStep = z
	.object({
		kind: z.string(),
		act: z.string().describe('The act without its machine: "install app 2.0, attempt 1".'),
		because: z.string(),
		policy: z.string().nullable(),
		machine: z.string().nullable(),
	})
	.meta({ id: "PlannedStep" });

const plannedWait = z
	.object({
		policy: z.string(),
		machine: z.string().nullable(),
		code: z.string(),
		sentence: z.string(),
		until: time.nullable(),
	})
	.meta({ id: "PlannedWait" });

export const planReport = z
	.object({
		steps: z
			.array(plannedStep)
			.describe(
				"What would be done now, in order; a step in flight is not repeated. Empty when only groups were asked for.",
			),
		step_groups: z.array(plannedStep.omit({ machine: true }).extend(several.shape)),
		held: z
			.array(plannedWait)
			.describe("Why the rest waits, in the order of the rings. Empty when only groups were asked for."),
		held_groups: z.array(plannedWait.omit({ machine: true }).extend(several.shape)),
		in_flight: count.describe("Steps that were started and have not ended."),
		wake_at: time.nullable(),
	})
	.meta({ id: "PlanReport" });

export const factsRow = z
	.object({
		os: z.string(),
		distribution: z.string().nullable(),
		os_version: z.string(),
		arch: z.string(),
		disk_free_bytes: bytes,
		memory_bytes: bytes,
		is_reboot_needed: z.boolean(),
		users: count,
		boot_id: z.string(),
		disk_bytes: bytes.nullable().describe("null: the machine did not say."),
		machine_id: z.string().nullable(),
		shell: z.string().nullable(),
		init: z.string().nullable(),
		package_managers: z.array(z.string()),
		delivery_tools: z.array(z.string()),
		user_names: z.array(z.string()),
		at: time,
	})
	.meta({ id: "FactsRow" });

export const machineRow = z
	.object({
		name: z.string(),
		address: z.string(),
		port: z.int(),
		trust: z.string(),
		presence: z.string(),
		groups: z.array(z.string()),
		labels: z.record(z.string(), z.string()),
		site: z.string().nullable().describe("Behind which slow link; null: where the controller is."),
		sources: z.array(z.string()),
		host_keys: z.array(z.string()),
		excluded: act.nullable(),
		clones: z
			.object({ by: z.string(), names: z.array(z.string()) })
			.nullable()
			.describe("What other machines it cannot be told from; null: it is itself."),
		facts: factsRow.nullable().describe("As last read; null: nobody has looked yet."),
	})
	.meta({ id: "MachineRow" });

export const packageDelivery = deliveryReport.extend({ package: z.string() }).meta({ id: "PackageDelivery" });

const whyPolicy = z
	.object({
		policy: z.string(),
		revision: z.string(),
		ring: z.string().nullable(),
		state: machineState,
		since: time.nullable(),
		sentence: z.string().describe("Why it is in this state."),
		next: z.string().nullable().describe("What is done next, and when."),
		advice: z.string().nullable().describe("What a person can do, if anything."),
		deliveries: z.array(packageDelivery),
		paragraph: z.string().describe("All of it for a person to read."),
	})
	.meta({ id: "WhyPolicy" });

export const whyReport = machineRow.extend({ policies: z.array(whyPolicy) }).meta({ id: "WhyReport" });

export const outputRecord = z
	.object({
		at: z.number().describe("ms since the epoch"),
		machine: z.string(),
		rollout: z.string(),
		package: z.string(),
		attempt: z.int(),
		kind: z.string(),
		head: z.string(),
		tail: z.string(),
		totalBytes: bytes,
	})
	.describe("What a step printed on its machine: the first and last part, and how much there was in all.")
	.meta({ id: "OutputRecord" });

export const cleanReport = z
	.object({
		machine: z.string(),
		helpers: count,
		packages: count,
		jobs: count,
		busy: count.describe("Left alone because something runs from it."),
		freed_bytes: bytes,
	})
	.describe("What was removed from a machine.")
	.meta({ id: "CleanReport" });

const differenceReport = z
	.object({
		path: z.string().describe("rollout.rings[1].target_percentage"),
		before: z.string().nullable().describe("As written; null: not there."),
		after: z.string().nullable(),
		sentence: z.string(),
	})
	.meta({ id: "DifferenceReport" });

export const policyReport = z
	.object({
		policy: z.string(),
		revision: z.string(),
		source: z.string(),
		applied_at: time,
		approval: approvalReport.nullable().describe("null: it needs none."),
		content: z.array(z.string()).describe('Every key and its value, one line each: "packages[app].version: 2".'),
		since: z
			.object({ revision: z.string(), differences: z.array(differenceReport) })
			.nullable()
			.describe("Against the revision that was rolled out last, if that is another one."),
	})
	.describe("A policy in force, as a person has to see it before approving it.")
	.meta({ id: "PolicyReport" });

const policyChange = z
	.object({
		policy: z.string(),
		change: z.enum(["added", "changed", "removed"]),
		source: z.string(),
		revision_before: z.string().nullable(),
		revision_after: z.string().nullable(),
		differences: z.array(differenceReport),
		effect: z.string().describe("What follows for its rollout."),
	})
	.meta({ id: "PolicyChange" });

export const changesReport = z
	.object({
		policies: z.array(policyChange),
		settings: z
			.array(
				z.object({
					key: z.string().describe("swarm.bandwidth"),
					effect: z.enum(["now", "after a restart"]),
				}),
			)
			.describe("What changes of the daemon's configuration."),
		problems: z.array(z.string()).describe("One line each; empty when all is well."),
	})
	.describe("What reading the files changes, policy by policy in the order of their names.")
	.meta({ id: "ChangesReport" });

export const auditLine = z
	.object({
		seq: z.int().describe("The line's number in the journal; they rise without gaps."),
		at: time,
		who: z.string().describe("A person, or fleetseed itself."),
		act: z.string().describe("install, inspect, approve_policy, pause, see_machine, ..."),
		outcome: z.string().describe("done, started, interrupted, what the step came to, or the code of its failure."),
		policy: z.string().nullable(),
		revision: z.string().nullable().describe("Hex SHA-256 over the policy's content."),
		package: z.string().nullable(),
		sha256: z.string().nullable().describe("The package's digest."),
		machine: z.string().nullable(),
		rollout: z.string().nullable(),
		attempt: z.int().nullable(),
		exit_code: z.int().nullable(),
		detection_before: z.string().nullable().describe("What detection had found last, before this act."),
		detection_after: z.string().nullable().describe("What detection found now."),
		detail: z.string(),
		hash: z.string().describe("Hex SHA-256 over the hash before and this line's bytes in the journal."),
	})
	.describe("One decision or act.")
	.meta({ id: "AuditLine" });

export const auditPage = z.object({ lines: z.array(auditLine) }).meta({ id: "AuditPage" });

export const auditVerification = z
	.object({
		is_intact: z.boolean(),
		lines: count,
		head: z
			.object({ seq: z.int(), hash: z.string() })
			.describe(
				"Note it somewhere else: a journal that still has this line with this hash was not rewritten up to it.",
			),
		breaks: z.array(z.object({ seq: z.int(), what: z.string() })).describe("Lines that are not what was written."),
	})
	.meta({ id: "AuditVerification" });

export const roles = z.enum(["viewer", "operator", "approver", "admin"]).meta({ id: "Role" });

export const tokenRow = z
	.object({
		id: z.string(),
		name: z.string(),
		role: roles,
		made_at: time,
		made_by: z.string(),
		expires_at: time.nullable(),
		revoked_at: time.nullable(),
	})
	.meta({ id: "TokenRow" });

export const tokenMade = tokenRow
	.extend({ token: z.string().describe("Shown this once; only its SHA-256 is kept.") })
	.meta({ id: "TokenMade" });

export const session = z
	.object({
		name: z.string().nullable().describe("null: on the unix socket, where each request says who asks."),
		role: roles,
	})
	.meta({ id: "Session" });

export const done = z.object({ done: z.literal(true), message: z.string() }).meta({ id: "Done" });

export const problemAnswer = z
	.object({ code: z.string().describe("FS-*"), message: z.string(), hint: z.string() })
	.describe("What is answered instead of what was asked for.")
	.meta({ id: "Problem" });
