import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "../../lab/arguments.ts";

export const SYSTEM_NAMES = ["fleetseed", "aria2", "libtorrent", "uftp", "uftp-named", "nginx+curl"] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];
const DEFAULT_SYSTEMS = SYSTEM_NAMES.filter((name) => name !== "uftp-named");

export interface RateGroup {
	/** In the words of tc(8). */
	readonly rate: string;
	readonly count: number;
}

export interface SwarmArguments {
	readonly groups: readonly RateGroup[];
	readonly sourceRate: string;
	readonly sizeBytes: number;
	readonly only: readonly SystemName[];
	readonly repeat: number;
	/** Of the machines, from 0 to 1; 0: none. */
	readonly killShare: number;
	readonly late: number;
	readonly hasLiar: boolean;
	/** 0: no outsider. */
	readonly outsiderSeconds: number;
	/** Whether clients that are not ours take part. */
	readonly hasStrangers: boolean;
	/** Whether the CPU promises are enforced, not only printed. */
	readonly enforcesCpu: boolean;
	readonly agent: string | null;
	readonly json: boolean;
	readonly out: string;
}

export const USAGE = `npm run bench:swarm -- [options]     (as root)
  --machines N      2 to 200, default 16
  --rate RATE       of each cable in each direction, in the words of tc(8), default 20mbit
  --rates LIST      instead of both: RATE*COUNT, as in 20mbit*15,2mbit*1; the first group is the fast one
  --source-rate R   of the controller's cable; default: the first group's
  --size SIZE       of the random file, default 32MiB
  --only LIST       some of ${SYSTEM_NAMES.join(",")};
                    default: all but uftp-named
  --repeat N        every race N times: the median counts, and the least and the most are shown
  --kill SHARE      such as 30%: so many machines are killed at half-way
  --late N          so many machines come when the source's port is cut off, once one copy is out
  --liar            an approved machine that offers everything and serves garbage
  --outsider        somebody on the LAN with the info-hash and no token, for 20 s
  --strangers       transmission, qbittorrent and aria2 on the last two machines and one more
  --cpu             the CPU promises count too
  --agent PATH      our peer as an executable; default: made of the sources
  --json            JSON on stdout instead of the tables
  --out FILE        of the JSON, default in the temporary folder`;

const OUTSIDER_SECONDS = 20;
const RATE = /^[1-9]\d*[kmg]bit$/;

const OPTIONS = {
	machines: { type: "string", default: "16" },
	rate: { type: "string", default: "20mbit" },
	rates: { type: "string" },
	"source-rate": { type: "string" },
	size: { type: "string", default: "32MiB" },
	only: { type: "string", default: DEFAULT_SYSTEMS.join(",") },
	repeat: { type: "string", default: "1" },
	kill: { type: "string", default: "0%" },
	late: { type: "string", default: "0" },
	liar: { type: "boolean", default: false },
	outsider: { type: "boolean", default: false },
	strangers: { type: "boolean", default: false },
	cpu: { type: "boolean", default: false },
	agent: { type: "string" },
	json: { type: "boolean", default: false },
	out: { type: "string", default: join(tmpdir(), "fleetseed-bench-swarm.json") },
} as const;

/** Throws with what was seen and what was expected. */
export function readArguments(argv: readonly string[]): SwarmArguments {
	const { values } = parseArgs({ args: [...argv], options: OPTIONS });
	const groups = rateGroups(values.rates ?? `${values.rate}*${values.machines}`);
	const machines = groups.reduce((sum, { count }) => sum + count, 0);
	const only = systemNames(values.only);
	const trial = (["kill", "late", "liar", "outsider", "strangers"] as const).find(
		(name) => values[name] !== OPTIONS[name].default,
	);
	if (trial !== undefined && !only.includes("fleetseed"))
		throw new Error(`--${trial}: expected fleetseed among --only, got "${values.only}"`);
	if (values.strangers && machines < 3) throw new Error(`--strangers: expected 3 machines at least, got ${machines}`);
	return {
		groups,
		sourceRate: rateOf("--source-rate", values["source-rate"] ?? groups[0]?.rate ?? ""),
		sizeBytes: sizeOf(values.size),
		only,
		repeat: wholeNumber("--repeat", values.repeat, { min: 1, max: 20 }),
		killShare: wholeNumber("--kill", values.kill.replace(/%$/, ""), { min: 0, max: 90 }) / 100,
		late: wholeNumber("--late", values.late, { min: 0, max: machines - 1 }),
		hasLiar: values.liar,
		outsiderSeconds: values.outsider ? OUTSIDER_SECONDS : 0,
		hasStrangers: values.strangers,
		enforcesCpu: values.cpu,
		agent: values.agent ?? null,
		json: values.json,
		out: values.out,
	};
}

function rateGroups(list: string): readonly RateGroup[] {
	const groups = list.split(",").map((part): RateGroup => {
		const [rate = "", count = "", ...rest] = part.trim().split("*");
		if (rest.length > 0) throw new Error(`--rates: expected RATE*COUNT, got "${part}"`);
		return { rate: rateOf("--rates", rate), count: wholeNumber("--machines", count, { min: 1, max: 200 }) };
	});
	const machines = groups.reduce((sum, { count }) => sum + count, 0);
	if (machines >= 2 && machines <= 200) return groups;
	throw new Error(`--machines: expected 2 to 200 in all, got ${machines}`);
}

function rateOf(option: string, text: string): string {
	if (RATE.test(text)) return text;
	throw new Error(`${option}: expected a rate such as 20mbit, got "${text}"`);
}

/** Bytes of a size such as 512KiB, 32MiB or 1GiB. */
export function sizeOf(text: string): number {
	const [, number, unit] = /^([1-9]\d*)(KiB|MiB|GiB)$/.exec(text) ?? [];
	if (number === undefined) throw new Error(`--size: expected a size such as 32MiB, got "${text}"`);
	return Number(number) * 1024 ** (unit === "KiB" ? 1 : unit === "MiB" ? 2 : 3);
}

function systemNames(list: string): readonly SystemName[] {
	const names = list.split(",").map((name) => name.trim());
	const unknown = names.find((name) => !SYSTEM_NAMES.some((known) => known === name));
	if (unknown === undefined) return SYSTEM_NAMES.filter((name) => names.includes(name));
	throw new Error(`--only: expected some of ${SYSTEM_NAMES.join(",")}, got "${unknown}"`);
}
