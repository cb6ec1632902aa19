import { spawnSync } from "node:child_process";
import { guards } from "./guards.ts";

/** `npm run check`: every guard runs, all outcomes are shown, and one red guard makes the whole red. */
let red = 0;
for (const guard of guards) {
	const { status } = spawnSync(guard.command, guard.arguments, { stdio: "inherit" });
	const isGreen = status === 0;
	if (!isGreen) red += 1;
	console.log(`${isGreen ? "ok  " : "RED "} ${guard.name}`);
}
console.log(`${guards.length - red} of ${guards.length} guards green`);
process.exitCode = red === 0 ? 0 : 1;
