import { parseArgs } from "node:util";
import { inject } from "./inject.ts";

/** `npm run campaign:injection -- --payloads 5000 --seed 1`: exit 0 only when no payload did anything and each came out as it went in. */
const { values } = parseArgs({
	options: { payloads: { type: "string", default: "5000" }, seed: { type: "string", default: "1" } },
});
const injected = await inject(Number(values.payloads), undefined, Number(values.seed));
const { canaries, differing, ...rest } = injected;
console.log(JSON.stringify({ ...rest, canaries: canaries.length, differing: differing.slice(0, 20) }, null, 1));
process.exitCode = canaries.length === 0 && differing.length === 0 ? 0 : 1;
