import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Played } from "./play.ts";
import type { Scenario } from "./scenario.ts";

/** Scenarios that once broke a promise; each is played by every test run. */
export const REGRESSIONS = new URL("regressions/", import.meta.url);

/** A scenario that is worth playing again, and why. */
export interface Kept {
	readonly why: string;
	readonly scenario: Scenario;
}

export function regressions(): ReadonlyMap<string, Kept> {
	const names = readdirSync(REGRESSIONS).filter((name) => name.endsWith(".json"));
	return new Map(names.map((name) => [name, readKept(new URL(name, REGRESSIONS))]));
}

export function readKept(file: URL | string): Kept {
	return JSON.parse(readFileSync(file, "utf8")) as Kept;
}

/** Writes the scenario and the journal up to the breach; answers the scenario's file, which `replay.ts` plays again. */
export function keepFailure(folder: string, { scenario, played }: { scenario: Scenario; played: Played }): string {
	mkdirSync(folder, { recursive: true });
	const file = join(folder, `scenario-${scenario.seed}.json`);
	const kept: Kept = { why: played.broken?.message ?? "", scenario };
	writeFileSync(file, `${JSON.stringify(kept, null, "\t")}\n`);
	const lines = played.journal.map((event) => JSON.stringify(event));
	writeFileSync(join(folder, `journal-${scenario.seed}.jsonl`), `${lines.join("\n")}\n`);
	return file;
}
