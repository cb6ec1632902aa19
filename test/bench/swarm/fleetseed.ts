import { link, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceOpening, SourceReport } from "./fleetseed-source.ts";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Race, Runner, System } from "./system.ts";

const SOURCE = fileURLToPath(new URL("fleetseed-source.ts", import.meta.url));
/** Longer than any race. */
const SEED_SECONDS = 3_600;

type Opened = Extract<SourceReport, { kind: "open" }>;
type Sent = Extract<SourceReport, { kind: "sent" }>;

/** What those who are not machines of ours have to know to disturb it. */
export interface FleetseedRace extends Race, Pick<Opened, "infoHash" | "ports"> {
	readonly torrentOf: (host: Host) => string;
	sentBytes(): Promise<number>;
}

export const FLEETSEED: System<FleetseedRace> = {
	name: "fleetseed",
	packages: [],
	async prepare(field) {
		const { program, opened } = await openSource(field);
		return {
			sourcePids: [opened.pid],
			infoHash: opened.infoHash,
			ports: opened.ports,
			torrentOf: ({ name }) => torrentFile(field, name),
			start: (machines) => Promise.all(machines.map((host) => startAgent(field, host))),
			sentBytes: () => askSent(program),
			stop: () => program.kill(),
		};
	},
};

async function openSource(field: Field): Promise<{ program: Program; opened: Opened }> {
	const { source, machines, payload, folder, footprint } = field;
	await mkdir(join(folder, "packages"), { recursive: true });
	await link(payload.file, join(folder, "packages", payload.sha256));
	for (const { name } of machines) await mkdir(join(folder, name));
	const opening: SourceOpening = {
		storeFolder: folder,
		host: source.address,
		sha256: payload.sha256,
		machines: machines.map(({ name, address }) => ({
			machine: name,
			address,
			token: `token-${name}`,
			torrentFile: torrentFile(field, name),
		})),
	};
	const argv = [process.execPath, "--disable-warning=ExperimentalWarning", SOURCE, JSON.stringify(opening)];
	const program = await Program.start(source, argv, { footprint, hasChannel: true });
	return { program, opened: await program.hears<Opened>("open") };
}

function torrentFile({ folder }: Field, name: string): string {
	return join(folder, name, "package.torrent");
}

async function askSent(program: Program): Promise<number> {
	const answer = program.hears<Sent>("sent");
	program.send({ kind: "count" });
	return (await answer).bytes;
}

async function startAgent(field: Field, host: Host): Promise<Runner> {
	const { folder, footprint, payload, agent } = field;
	const own = join(folder, host.name);
	const fetch = ["fetch", "--torrent", torrentFile(field, host.name), "--folder", own];
	const argv = [...agent, ...fetch, "--seed-seconds", String(SEED_SECONDS)];
	const program = await Program.start(host, argv, { footprint });
	return { host, program, file: join(own, payload.sha256), completed: program.says('"event":"completed"') };
}
