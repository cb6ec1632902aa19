import type { z } from "zod";
import type { Bandwidth, Rates } from "../model/traffic.ts";
import type { bandwidthSchema } from "./bandwidth-schema.ts";
import { toTimeWindow } from "./to-schedule.ts";

export function toBandwidth(written: z.output<ReturnType<typeof bandwidthSchema>>): Bandwidth {
	const windows = written.windows.map((window) => ({ ...toTimeWindow(window), ...toRates(window) }));
	return { ...toRates(written), windows };
}

function toRates({ up, down }: Rates): Rates {
	return { up, down };
}
