import { z } from "zod";
import { bytes, several, time } from "./fields.ts";

const failure = z.object({ code: z.string(), detail: z.string(), at: time });

export const packageRow = z
	.object({
		sha256: z.string(),
		names: z.array(z.string()).describe('As policies call it: "atlas 1.0". Empty: no policy in force names it.'),
		policies: z.array(z.string()),
		source: z.string().nullable().describe("Where it is downloaded from."),
		state: z
			.enum(["held", "awaited", "retrying", "refused"])
			.describe(
				"held: in the store.   awaited: not downloaded yet.   refused: only a person's retry downloads it again.",
			),
		size_bytes: bytes.nullable().describe("null: not in the store."),
		origin_bytes: bytes.nullable().describe("What its sources sent until it was there."),
		controller_uplink_bytes: bytes.describe("What the controller sent of it to machines."),
		failure: failure.nullable(),
		holding: several.describe("Machines that have the file and have not installed it."),
		installed: several.describe("Machines on which detection found it, in the rollouts as they are."),
	})
	.meta({ id: "PackageRow" });

export const packagePage = packageRow
	.extend({
		machines: z.array(
			z.object({ machine: z.string(), policy: z.string(), phase: z.string(), since: time, attempt: z.int() }),
		),
	})
	.describe("A package with every machine of the rollouts that bring it.")
	.meta({ id: "PackagePage" });
