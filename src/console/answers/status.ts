import { z } from "zod";
import { bytes, count, several, time } from "./fields.ts";
import { act, machineState } from "./machines.ts";
import { rolloutReport } from "./rollouts.ts";

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

export const failingDownload = z
	.object({
		sha256: z.string(),
		names: z.array(z.string()).describe('As policies call it: "atlas 1.0".'),
		policies: z.array(z.string()),
		code: z.string(),
		detail: z.string(),
		since: time.describe("When it first failed."),
		last_try: time,
		is_final: z.boolean().describe("It is tried again only when a person asks."),
		advice: z.string(),
	})
	.describe("A package that a policy names and that the controller cannot get, whether or not a machine waits for it.")
	.meta({ id: "FailingDownload" });

export const statusReport = z
	.object({
		at: time,
		waiting_for: z.string().describe("One line: what the daemon does or waits for."),
		paused: act.nullable(),
		problems: z.array(z.string()).describe("What is wrong with the files on disk; the last good ones are in force."),
		failing_downloads: z.array(failingDownload),
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
