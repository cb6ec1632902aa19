import type { StatusReport } from "../../src/console/cockpit.ts";
import type { ScenarioName } from "./arguments.ts";
import type { Checks } from "./checks.ts";
import type { Evidence } from "./evidence.ts";
import type { Traffic } from "./traffic.ts";

/** What came of a scenario, measured from outside; the keys go into the JSON as they are. */
export interface ScenarioResult {
	readonly scenario: ScenarioName;
	readonly machines: number;
	/** dpkg on the machine says so, at the right version. */
	readonly installed: number;
	/** An installer was run, and dpkg does not say so. */
	readonly failed: number;
	readonly package_bytes: number;
	readonly origin_bytes: number;
	readonly controller_uplink_bytes: number;
	readonly peer_bytes: number;
	/** From the daemon's start to the last machine that was to be installed. */
	readonly seconds: number;
	readonly checks: Checks;
	readonly notes: Readonly<Record<string, unknown>>;
	/** The daemon's own figures, to compare; no check rests on them. */
	readonly daemon: StatusReport["totals"];
}

export interface Measured {
	readonly scenario: ScenarioName;
	readonly evidence: readonly Evidence[];
	readonly traffic: Traffic;
	readonly packageBytes: number;
	readonly seconds: number;
	readonly checks: Checks;
	readonly notes?: Readonly<Record<string, unknown>>;
	readonly status: StatusReport;
}

export function resultOf({ evidence, traffic, status, ...measured }: Measured): ScenarioResult {
	return {
		scenario: measured.scenario,
		machines: evidence.length,
		installed: evidence.filter(({ isInstalled }) => isInstalled).length,
		failed: evidence.filter(({ isInstalled, installerRuns }) => !isInstalled && installerRuns.length > 0).length,
		package_bytes: measured.packageBytes,
		origin_bytes: traffic.originBytes,
		controller_uplink_bytes: traffic.controllerUplinkBytes,
		peer_bytes: traffic.peerBytes,
		seconds: Math.round(measured.seconds * 10) / 10,
		checks: measured.checks,
		notes: measured.notes ?? {},
		daemon: status.totals,
	};
}

/** A scenario that could not be played to its end; nothing was proved. */
export interface BrokenOff {
	readonly scenario: ScenarioName;
	readonly error: string;
}

export function holds(result: ScenarioResult | BrokenOff): boolean {
	return "checks" in result && Object.values(result.checks).every(Boolean);
}

/** A line for each scenario that does not hold: what of it, and what was seen. */
export function failuresOf(results: readonly (ScenarioResult | BrokenOff)[]): readonly string[] {
	return results
		.filter((result) => !holds(result))
		.map((result) => {
			if ("error" in result) return `${result.scenario} BROKE OFF: ${result.error}`;
			const broken = Object.keys(result.checks).filter((name) => !result.checks[name]);
			return `${result.scenario} DOES NOT HOLD: ${broken.join(", ")}; seen: ${JSON.stringify(result.notes)}`;
		});
}

/** For people: the figures, then each claim. */
export function renderResult(result: ScenarioResult | BrokenOff): string {
	if ("error" in result) return `${result.scenario.padEnd(36)}BROKE OFF: ${result.error}`;
	const times = (bytes: number) => `${bytes} (${(bytes / result.package_bytes).toFixed(2)} x)`;
	const rows = [
		["scenario", result.scenario],
		["installed", `${result.installed} of ${result.machines}, ${result.failed} failed`],
		["package bytes", String(result.package_bytes)],
		["origin bytes", times(result.origin_bytes)],
		["controller uplink bytes", times(result.controller_uplink_bytes)],
		["peer bytes", times(result.peer_bytes)],
		["seconds", String(result.seconds)],
		...Object.entries(result.notes).map(([name, note]) => [name, JSON.stringify(note)]),
		...Object.entries(result.checks).map(([name, isTrue]) => [name, isTrue ? "ok" : "DOES NOT HOLD"]),
	];
	return rows.map(([name = "", value]) => `${name.padEnd(36)}${value}`).join("\n");
}
