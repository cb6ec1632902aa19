import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "../arguments.ts";
import { Footprint } from "../footprint.ts";
import { freshMachines, type Lab, raiseLab } from "../lab.ts";
import { stopOnSignals } from "../stop-on-signals.ts";
import { Trial } from "../trial.ts";
import { heldLock } from "./held-lock.ts";
import { type Kind, Rounds } from "./rounds.ts";
import { type CampaignResult, showCampaign } from "./show-campaign.ts";

const USAGE = `npm run campaign:kills -- [options]
  --ssh N       connections killed at random moments of an install, default 20
  --daemon N    SIGKILLs of the daemon, default 20
  --reboot N    machines whose power is cut at random moments of a dpkg run, default 20
  --lock N      seconds for which a stranger holds dpkg's lock, default 60; 0: never
  --machines N  3 to 20, default 3
  --seed N      of the moments; default: another one each time, printed
  --json        print the JSON instead of the table
  --out FILE    where the JSON goes, default fleetseed-campaign-kills.json in the folder for temporary files`;
const MOST_MS = 3 * 3600_000;
const log = (line: string) => process.stderr.write(`${line}\n`);

/** `npm run campaign:kills`: exit 0 only when every install ended installed or cleanly failed, none ran twice, and none needed a person. */
async function main(): Promise<number> {
	const number = { type: "string" } as const;
	const numbers = { ssh: number, daemon: number, reboot: number, lock: number, machines: number, seed: number };
	const { values } = parseArgs({ options: { ...numbers, json: { type: "boolean" }, out: { type: "string" } } });
	const read = (name: keyof typeof numbers, otherwise: number, max: number, min = 0) =>
		wholeNumber(`--${name}`, values[name] ?? String(otherwise), { min, max });
	const wanted = { ssh: read("ssh", 20, 1000), daemon: read("daemon", 20, 1000), reboot: read("reboot", 20, 1000) };
	const seed = read("seed", randomInt(2 ** 31), 2 ** 31);
	const machines = read("machines", 3, 20, 3);
	const signal = AbortSignal.any([stopOnSignals(), AbortSignal.timeout(MOST_MS)]);
	const footprint = Footprint.create();
	try {
		const lab = await raiseLab(footprint, { wanted: labArguments(machines, seed), log, signal });
		const result = await play(lab, wanted, { seed, lockSeconds: read("lock", 60, 250) });
		const text = `${JSON.stringify(result, null, "\t")}\n`;
		const out = values.out ?? join(tmpdir(), "fleetseed-campaign-kills.json");
		writeFileSync(out, text);
		if (values.json) process.stdout.write(text);
		else showCampaign(result);
		log(`The figures are in ${out}.`);
		return result.holds ? 0 : 1;
	} catch (error) {
		log(error instanceof Error ? (error.stack ?? error.message) : String(error));
		return 1;
	} finally {
		await footprint.erase();
	}
}

function labArguments(machines: number, seed: number) {
	const one = { rate: "100mbit", scenarios: [], scenario: "kills", labs: 1, json: true, keep: false };
	return { ...one, machines, seed, cacheFolder: "/var/cache/fleetseed-lab" };
}

interface Options {
	readonly seed: number;
	readonly lockSeconds: number;
}

async function play(
	lab: Lab,
	wanted: Readonly<Record<Kind, number>>,
	{ seed, lockSeconds }: Options,
): Promise<CampaignResult> {
	await freshMachines(lab);
	const trial = await Trial.prepare(lab, { name: "campaign", listed: lab.machines });
	try {
		await trial.controller.start();
		const rounds = new Rounds(trial, seed);
		await rounds.measure();
		for (const kind of ["reboot", "ssh", "daemon"] as const)
			while (rounds.counted(kind) < wanted[kind]) await rounds.play(kind);
		const lock = lockSeconds === 0 ? null : await heldLock(rounds, lockSeconds);
		const holds = rounds.holds && lock?.holds !== false;
		return { seed, seconds: Math.round(trial.seconds), machines: lab.machines.length, ...rounds.result, lock, holds };
	} catch (error) {
		log(await trial.lastWords());
		throw error;
	} finally {
		await trial.end();
	}
}

try {
	process.exit(await main());
} catch (error) {
	log(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
	process.exit(2);
}
