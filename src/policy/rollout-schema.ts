import { z } from "zod";
import type { OnFailure } from "../model/policy.ts";
import { expects } from "./expectation.ts";
import { count, duration, name, whole } from "./fields.ts";
import { type Fault, mapping, namesDiffer, rule } from "./mapping.ts";
import { selectorSchema } from "./selector-schema.ts";

const PROMOTE = ["auto", "manual"] as const;
const ON_FAILURE = ["pause", "abort", "rollback"] as const satisfies readonly OnFailure[];

interface WrittenRing {
	readonly targets?: unknown;
	readonly target_percentage?: number | undefined;
}

const ring = mapping({
	name: name.describe("The ring's name."),
	targets: selectorSchema.optional().describe("The ring's machines by selection."),
	target_percentage: whole(1, 100)
		.optional()
		.describe(
			"The ring's machines as a share of all, by a stable hash; shares of later rings begin where this one ends.",
		),
	max_concurrency: count
		.optional()
		.describe("Installs that may run at once in this ring. Default: that of the rollout."),
	success_threshold: whole(1, 100)
		.default(100)
		.describe("Percent of the ring's reachable machines that must be verified before the next ring starts."),
	min_healthy_time: duration("0s", "999d")
		.prefault("0s")
		.describe(
			"How long a proven ring soaks: at the end its machines are looked at again, and then the next ring starts.",
		),
	promote: z
		.enum(PROMOTE, PROMOTE.join(", "))
		.default("auto")
		.describe("manual: the next ring also waits for `fleetseed promote`."),
	max_errors: whole(0, 1_000_000).optional().describe("As in the rollout, over this ring's machines alone."),
	max_fail_percentage: whole(0, 100).optional().describe("As in the rollout, over this ring's machines alone."),
}).check(
	rule<WrittenRing>(["targets", "target_percentage"], ({ targets, target_percentage }) => {
		const expected = "targets or target_percentage, not both";
		const isBoth = targets !== undefined && target_percentage !== undefined;
		return isBoth ? [{ path: ["target_percentage"], expected, code: "FS-POLICY-RINGS" }] : [];
	}),
);

/** Every machine has to fall into a ring as far as the text can tell, and no ring may be unreachable. */
function ringFaults(rings: readonly WrittenRing[]): readonly Fault[] {
	const code = "FS-POLICY-RINGS";
	const rest = rings.findIndex(
		({ targets, target_percentage }) => targets === undefined && target_percentage === undefined,
	);
	if (rest >= 0 && rest < rings.length - 1)
		return [{ path: [rest + 1], expected: `no ring after rings[${rest}], which takes all the rest`, code }];
	let sum = 0;
	for (const [index, { target_percentage = 0 }] of rings.entries()) {
		sum += target_percentage;
		if (sum > 100) return [{ path: [index, "target_percentage"], expected: `shares of 100 in all, not ${sum}`, code }];
	}
	const last = rings.length - 1;
	const leavesSomeOut = rings[last]?.target_percentage !== undefined && sum < 100;
	const expected = `shares of 100 in all, not ${sum}, or a last ring without target_percentage for the rest`;
	return leavesSomeOut ? [{ path: [last, "target_percentage"], expected, code }] : [];
}

export const rolloutSchema = mapping({
	max_concurrency: count.prefault(10).describe('Installs that may run at once over all rings: 5 or "10%".'),
	max_errors: whole(0, 1_000_000)
		.optional()
		.describe(
			"Nothing new starts once more machines than this have failed; what is in flight ends. Default: no limit.",
		),
	max_fail_percentage: whole(0, 100)
		.optional()
		.describe("Nothing new starts once more than this percent of the started machines have failed. Default: no limit."),
	min_executed: whole(1, 1_000_000)
		.default(1)
		.describe("Machines that must have started before max_fail_percentage counts."),
	on_failure: z
		.enum(ON_FAILURE, ON_FAILURE.join(", "))
		.default("pause")
		.describe(
			"When a budget is spent: pause until the failed are retried, abort the run, or rollback to the revision before.",
		),
	progress_deadline: duration("1m", "999d")
		.optional()
		.describe("A ring that may install and verifies no machine for so long has failed. Default: no limit."),
	prestage_threshold: whole(1, 100)
		.optional()
		.describe(
			"Percent of a ring that must hold the verified packages before its installs start; deliveries then do not wait for earlier rings.",
		),
	rings: z
		.array(ring)
		.min(1, expects("at least one ring", "FS-POLICY-RINGS"))
		.check(namesDiffer, rule(["targets", "target_percentage"], ringFaults))
		.prefault([{ name: "all" }])
		.describe("Groups of machines, one after the other; a ring with neither targets nor a share takes all the rest."),
});
