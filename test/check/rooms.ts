import { createRequire } from "node:module";
import { cruise, type ICruiseResult } from "dependency-cruiser";

/** Cruises src with the room rules. Seeing too few modules is red too: a cruiser that is blind must not pass. */
const require = createRequire(import.meta.url);
const { options, ...ruleSet } = require("./rooms.cjs");
const { output } = await cruise(["src"], { ...options, ruleSet, validate: true });
const { summary, modules } = output as ICruiseResult;
const sources = modules.filter((module) => module.source.startsWith("src/")).length;
for (const violation of summary.violations) console.log(`${violation.from} -> ${violation.to}: ${violation.rule.name}`);
console.log(`${sources} modules, ${summary.totalDependenciesCruised} dependencies cruised`);
process.exitCode = summary.violations.length === 0 && sources >= 8 ? 0 : 1;
