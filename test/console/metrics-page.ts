import { readFileSync, writeFileSync } from "node:fs";
import { Metrics } from "../../src/console/metrics/metrics.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";

/** docs/metrics.md, whose table is made from the registry. */
export const PAGE = new URL("../../docs/metrics.md", import.meta.url).pathname;

const [FROM, TO] = ["<!-- metrics -->", "<!-- end of metrics -->"];

/** The metrics of a daemon that has nothing to tell yet. */
export function idleMetrics(fleet = () => EMPTY_FLEET): Metrics {
	const journal = { lastSeq: () => 0, sizeBytes: () => 0, uplink: () => new Map() };
	return new Metrics({
		fleet,
		now: () => 0,
		journal,
		openSshSessions: () => 0,
		readUplink: async () => undefined,
		noticesWaiting: () => new Map(),
	});
}

/** The page with the table as it should be. */
export function pageWithMetrics(page: string): string {
	const [head = ""] = page.split(FROM);
	const rest = page.split(TO)[1] ?? "";
	const rows = idleMetrics()
		.registry.getMetricsAsArray()
		.map((metric) => {
			const labels = (metric as { labelNames?: readonly string[] }).labelNames ?? [];
			const shown = labels.map((label) => `\`${label}\``).join(", ");
			return `| \`${metric.name}\` | ${metric.constructor.name.toLowerCase()} | ${shown} | ${metric.help} |`;
		});
	return `${head}${FROM}\n${["| metric | type | labels | |", "|---|---|---|---|", ...rows.sort()].join("\n")}\n${TO}${rest}`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, pageWithMetrics(readFileSync(PAGE, "utf8")));
