import { z } from "zod";
import { bytes, count, time } from "./fields.ts";

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

export const outputRow = z
	.object({
		seq: z.int().describe("Rises, and is never used twice: those after it are asked for by it."),
		at: time,
		machine: z.string(),
		rollout: z.string(),
		package: z.string(),
		attempt: z.int(),
		kind: z.string(),
		head: z.string(),
		tail: z.string(),
		total_bytes: bytes,
	})
	.describe("What a step printed on its machine: the first and last part, and how much there was in all.")
	.meta({ id: "OutputRow" });

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
