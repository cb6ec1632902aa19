import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { run as runCommand } from "../../lab/command.ts";
import type { Address } from "./announce.ts";
import { FLEETSEED, type FleetseedRace } from "./fleetseed.ts";
import type { Host } from "./host.ts";
import type { Loot, Sighting } from "./outsider.ts";
import { Program } from "./program.ts";
import { run, type Stage } from "./race.ts";
import { standingOf } from "./standing.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const OUTSIDER = fileURLToPath(new URL("outsider.ts", import.meta.url));
const SIGHTING_MS = 2_000;

/** Somebody on the same LAN, with the info-hash and without a token, knocks at every port that is open. */
export async function robAll({ stage, undisturbed }: TrialOptions, seconds: number): Promise<Trial> {
	const { lan, payload } = stage;
	let loot: Loot | null = null;
	const result = await run(stage, FLEETSEED, {
		machines: lan.machines,
		floor: undisturbed.floorSeconds,
		during: async ({ race }) => {
			loot = await rob(stage, race, seconds);
		},
	});
	const { contentBytes, receivedBytes, tried } = loot ?? {
		contentBytes: Number.NaN,
		receivedBytes: Number.NaN,
		tried: 0,
	};
	return {
		name: "outsider",
		standing: standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate }),
		seen: { ...(loot ?? {}) },
		figures: [
			{
				what: "outsider: open ports that it knocked at",
				value: tried,
				unit: "ports",
				atLeast: lan.machines.length + 1,
			},
			{ what: `outsider: content obtained in ${seconds} s`, value: contentBytes, unit: "bytes", atMost: 0 },
			{ what: "outsider: all that came, greetings included", value: receivedBytes, unit: "bytes" },
		],
	};
}

async function rob({ lan, footprint, signal }: Stage, race: FleetseedRace, seconds: number): Promise<Loot> {
	const [, outsider] = lan.guests;
	if (!outsider) throw new Error("the LAN has no cable for the outsider");
	const tracker = `http://${lan.source.address}:${race.ports.tracker}/announce`;
	const script = [process.execPath, "--disable-warning=ExperimentalWarning", OUTSIDER];
	const argv = [...script, race.infoHash, tracker, outsider.address];
	const program = await Program.start(outsider, argv, { footprint, hasChannel: true });
	const end = performance.now() + seconds * 1000;
	while (performance.now() < end) {
		const listeners = (await Promise.all([lan.source, ...lan.machines].map(listenersAt))).flat();
		const sighting: Sighting = { kind: "sighting", listeners };
		program.send(sighting);
		await delay(SIGHTING_MS, undefined, { signal });
	}
	const told = program.hears<Loot>("loot");
	program.send({ kind: "tell" });
	return told;
}

/** Where programs at the host listen; a scan of all ports would find the same. */
async function listenersAt({ enter, address }: Host): Promise<readonly Address[]> {
	const { stdout } = await runCommand([...enter, "ss", "-Hltn"]);
	const ports = stdout.split("\n").flatMap((line) => /:(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "")?.[1] ?? []);
	return [...new Set(ports)].map((port) => ({ host: address, port: Number(port) }));
}
