import { fileURLToPath } from "node:url";
import type { Figure } from "../figures.ts";
import { FLEETSEED } from "./fleetseed.ts";
import type { Host } from "./host.ts";
import type { Lies } from "./liar.ts";
import { Program } from "./program.ts";
import { run } from "./race.ts";
import { standingOf } from "./standing.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const LIAR = fileURLToPath(new URL("liar.ts", import.meta.url));
const BAD_PIECES = 3;
const WASTE_PERCENT = 5;

/** One more approved machine that offers everything and serves garbage. */
export async function lieToAll({ stage, undisturbed }: TrialOptions): Promise<Trial> {
	const { lan, payload, footprint } = stage;
	const [liar] = lan.guests;
	if (!liar) throw new Error("the LAN has no cable for the liar");
	let lies: Lies["victims"] = [];
	const result = await run(stage, FLEETSEED, {
		machines: lan.machines,
		late: [liar],
		floor: undisturbed.floorSeconds,
		during: async ({ race, untilOver }) => {
			const argv = [
				process.execPath,
				"--disable-warning=ExperimentalWarning",
				LIAR,
				race.torrentOf(liar),
				liar.address,
			];
			const program = await Program.start(liar, argv, { footprint, hasChannel: true });
			await untilOver();
			const told = program.hears<Lies>("lies");
			program.send({ kind: "tell" });
			lies = (await told).victims.filter(({ address }) => isMachine(lan.machines, address));
		},
	});
	const standing = standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate });
	const times: Figure = {
		what: "liar: the last machine, beside undisturbed",
		value: standing.seconds / undisturbed.seconds,
		unit: "x",
	};
	return { name: "liar", standing, seen: { victims: lies }, figures: [...figuresOf(lies, payload.sizeBytes), times] };
}

function figuresOf(lies: Lies["victims"], sizeBytes: number): readonly Figure[] {
	const most = (count: (victim: Lies["victims"][number]) => number) => Math.max(0, ...lies.map(count));
	const asked = lies.filter(({ bytes }) => bytes > 0).length;
	const begun = most(({ pieces }) => pieces);
	const whole = most(({ wholePieces }) => wholePieces);
	const waste = (100 * most(({ bytes }) => bytes)) / sizeBytes;
	return [
		{ what: "liar: machines that asked it for something", value: asked, unit: "machines", atLeast: 1 },
		{ what: "liar: bad pieces to one machine, begun or whole", value: begun, unit: "pieces", atMost: BAD_PIECES },
		{ what: "liar: bad pieces to one machine, whole", value: whole, unit: "pieces" },
		{ what: "liar: waste at one machine, of the package", value: waste, unit: "%", atMost: WASTE_PERCENT },
	];
}

function isMachine(machines: readonly Host[], address: string): boolean {
	return machines.some((host) => host.address === address);
}
