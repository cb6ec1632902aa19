import { parseArgs } from "node:util";

export const SCENARIOS = [
	"happy",
	"kills",
	"hostkey",
	"asleep",
	"rings",
	"reboots",
	"installs",
	"helper",
	"http",
	"sftp",
	"package",
	"sites",
	"limits",
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface LabArguments {
	readonly machines: number;
	readonly rate: string;
	readonly scenarios: readonly ScenarioName[];
	/** As asked for: a scenario's name or `all`. */
	readonly scenario: string;
	/** How many labs stand side by side and share the scenarios. */
	readonly labs: number;
	readonly seed: number;
	readonly json: boolean;
	readonly keep: boolean;
	readonly cacheFolder: string;
}

export const USAGE = `npm run lab -- [options]
  --machines N     3 to 60, default 6: two in ring one, the rest in ring two
  --rate RATE      of each cable in each direction, in the words of tc(8), default 100mbit
  --scenario NAME  ${SCENARIOS.join(", ")} or all, default happy
  --labs N         1 to 4 side by side, which share the scenarios, default 1
  --seed N         for the moments of the kills; default: another one each time, printed
  --cache FOLDER   of the machine image and the package, default /var/cache/fleetseed-lab
  --json           the last line of stdout is JSON
  --keep           leave everything standing for a look; the next run sweeps it away`;

/** Throws with what was seen and what was expected. */
export function readArguments(argv: readonly string[], defaultSeed: number): LabArguments {
	const { values } = parseArgs({
		args: [...argv],
		options: {
			machines: { type: "string", default: "6" },
			rate: { type: "string", default: "100mbit" },
			scenario: { type: "string", default: "happy" },
			labs: { type: "string", default: "1" },
			seed: { type: "string", default: String(defaultSeed) },
			cache: { type: "string", default: "/var/cache/fleetseed-lab" },
			json: { type: "boolean", default: false },
			keep: { type: "boolean", default: false },
		},
	});
	const one = SCENARIOS.find((name) => name === values.scenario);
	if (!one && values.scenario !== "all")
		throw new Error(`--scenario: expected ${SCENARIOS.join(", ")} or all, got "${values.scenario}"`);
	if (!/^[1-9]\d*[kmg]bit$/.test(values.rate))
		throw new Error(`--rate: expected a rate such as 100mbit, got "${values.rate}"`);
	return {
		machines: wholeNumber("--machines", values.machines, { min: 3, max: 60 }),
		rate: values.rate,
		scenarios: one ? [one] : SCENARIOS,
		scenario: values.scenario,
		labs: wholeNumber("--labs", values.labs, { min: 1, max: 4 }),
		seed: wholeNumber("--seed", values.seed, { min: 0, max: 2 ** 32 - 1 }),
		json: values.json,
		keep: values.keep,
		cacheFolder: values.cache,
	};
}

/** Bits a second of a rate as tc(8) writes it. */
export function bitsPerSecond(rate: string): number {
	const factor = rate.endsWith("kbit") ? 1e3 : rate.endsWith("mbit") ? 1e6 : 1e9;
	return Number.parseInt(rate, 10) * factor;
}

export function wholeNumber(option: string, text: string, { min, max }: { min: number; max: number }): number {
	const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw new Error(`${option}: expected a whole number from ${min} to ${max}, got "${text}"`);
}
