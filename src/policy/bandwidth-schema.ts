import { z } from "zod";
import { rate } from "./fields.ts";
import { mapping, namesDiffer, rule } from "./mapping.ts";
import { DAY_MS, windowKeys } from "./schedule-schema.ts";

/** Written where a mapping may be left out: `up` and `down` mean other things for machines than for the controller. */
export function bandwidthSchema({ up, down }: { readonly up: string; readonly down: string }) {
	const rates = { up: rate.nullable().default(null).describe(up), down: rate.nullable().default(null).describe(down) };
	const window = mapping({
		...windowKeys,
		up: rates.up.describe("The same as outside, while the window is open. Default: no limit."),
		down: rates.down.describe("The same as outside, while the window is open. Default: no limit."),
	}).check(
		rule<{ readonly duration: number }>(["duration"], ({ duration }) => {
			const expected = "a window of more than 0s and at most 24h";
			const isSound = duration > 0 && duration <= DAY_MS;
			return isSound ? [] : [{ path: ["duration"], expected, code: "FS-POLICY-WINDOW" }];
		}),
	);
	return mapping({
		...rates,
		windows: z
			.array(window)
			.check(namesDiffer)
			.default([])
			.describe("Other limits by time of day: in place of the two above hold those of the first window that is open."),
	});
}
