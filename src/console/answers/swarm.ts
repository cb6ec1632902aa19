import { z } from "zod";
import { bytes, count, floorMultiple, time } from "./fields.ts";

const levels = z.string().regex(/^[0-9a-f]{0,256}$/);

const pieces = z
	.object({
		count: count.describe("How many pieces the package has."),
		availability: z
			.array(z.number().min(0))
			.describe(
				"How many machines have each piece, in order; of more than 256 pieces 256 numbers, each the mean over as many pieces. Who has left with a part of it is not counted.",
			),
	})
	.meta({ id: "SwarmPieces" });

const swarmMachine = z
	.object({
		machine: z.string(),
		share: z
			.number()
			.describe("Of the package, 0 to 1: all of it once it was delivered, else as the tracker heard last."),
		pieces: levels
			.nullable()
			.describe(
				"Which pieces it has, as it told the controller: a hex digit for each, 0 without it, f with it; of more than 256 pieces 256 digits, each for as many pieces, from none (0) to all (f). null: not known; of a share of 1 it has all.",
			),
		has_left: z.boolean().describe("It is in the swarm no more: `pieces` is what it had when it went."),
		is_under_way: z.boolean(),
		method: z.string().nullable().describe("null: the way is not chosen yet."),
		source_bytes: bytes.nullable().describe("From the controller, by its own count; null: not counted."),
		peer_bytes: bytes.nullable().describe("From other machines; null: not counted."),
		sent_bytes: bytes.describe("What it sent to other machines, as it told the tracker since the daemon began."),
		seconds: z.number().nullable().describe("How long the delivery took; null: it has not ended."),
		floor_multiple: floorMultiple,
	})
	.meta({ id: "SwarmMachine" });

const swarmSample = z
	.object({
		at: time,
		source_bytes: bytes.describe("Sent by the controller until then."),
		received_bytes: bytes.describe("Received by all machines together until then."),
	})
	.meta({ id: "SwarmSample" });

const swarmPackage = z
	.object({
		name: z.string(),
		version: z.string(),
		sha256: z.string(),
		size_bytes: bytes,
		policies: z.array(z.string()),
		holding: count.describe("Machines that have all of it."),
		controller_uplink_bytes: bytes.describe("What the controller sent of it, over all its lives."),
		floor: z
			.object({
				seconds: z.number(),
				bytes_per_second: z.number().describe("Over all machines together."),
			})
			.nullable()
			.describe(
				"Nobody can bring it to all these machines sooner, by their links and the limits; null: not all are known.",
			),
		samples: z
			.array(swarmSample)
			.describe(
				"Since the daemon began, the thinner the longer it lasts. Of what goes through SSH itself (sftp) there are none.",
			),
		pieces: pieces.nullable().describe("null: it is not shared, or the swarm is just being started."),
		machines: z.array(swarmMachine).describe("Who is to have it in the rollouts as they are, in their order."),
	})
	.meta({ id: "SwarmPackage" });

export const swarmReport = z
	.object({ at: time, packages: z.array(swarmPackage) })
	.describe("How packages spread over the machines.")
	.meta({ id: "SwarmReport" });
