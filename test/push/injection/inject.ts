import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECHO, type Ground, type Way } from "./ground.ts";
import { payloads } from "./payloads.ts";
import { shellsHere } from "./shells.ts";
import { becoming, commandLine, keptShell } from "./ways/command-line.ts";
import { commands, detection, rebootMessage, scripts } from "./ways/commands.ts";
import { installers } from "./ways/installers.ts";
import { job } from "./ways/jobs.ts";

const BATCH = 200;
const PROGRAMS = ["apt-get", "dpkg", "dpkg-query", "rpm", "dnf", "unzip", "sudo", "doas"] as const;

export interface Injected {
	readonly payloads: number;
	readonly shells: readonly string[];
	/** By field: how many words went through it, over all shells. */
	readonly fields: Readonly<Record<string, number>>;
	/** Files that a payload has made: nothing else leaves any where these are looked for. */
	readonly canaries: readonly string[];
	/** Words that came out otherwise than they went in. */
	readonly differing: readonly string[];
}

const WAYS: readonly Way[] = [
	commandLine,
	keptShell,
	becoming,
	commands,
	detection,
	scripts,
	rebootMessage,
	job,
	installers,
];

export interface Injecting {
	readonly ways?: readonly Way[];
	readonly seed?: number;
	/** By this one alone, of those that are here. */
	readonly only?: string;
}

/** Sends payloads through every field that a policy or a machine fills, by real shells, and looks for what they did. */
export async function inject(count: number, { ways = WAYS, seed = 1, only }: Injecting = {}): Promise<Injected> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-inject-"));
	const shells = shellsHere().map((shell, index) => ({ shell, index }));
	const wanted = shells.filter(({ shell }) => only === undefined || shell.join(" ") === only);
	try {
		const all = payloads(count, join(folder, "canaries", "c"), seed);
		return await injectIn(folder, all, { ways, wanted, among: shells.length });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

interface By {
	readonly ways: readonly Way[];
	readonly wanted: readonly { readonly shell: readonly string[]; readonly index: number }[];
	/** What is too slow for all of them is shared out among so many. */
	readonly among: number;
}

async function injectIn(folder: string, all: readonly string[], { ways, wanted, among }: By): Promise<Injected> {
	const canaries = join(folder, "canaries");
	const bin = join(folder, "bin");
	const home = join(folder, "home");
	for (const each of [canaries, bin, home]) await mkdir(each);
	await fakePrograms(bin, join(folder, "shutdown"));
	const fields: Record<string, number> = {};
	const differing: string[] = [];
	const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, FLEETSEED_STATE: join(folder, "state") };
	for (const { shell, index } of wanted) {
		for (let at = 0; at < all.length; at += BATCH) {
			const batch = all.slice(at, at + BATCH);
			const ground: Ground = {
				shell,
				batch,
				share: batch.filter((_, place) => place % among === index),
				folder,
				env,
				count: (field, words) => {
					fields[field] = (fields[field] ?? 0) + words;
				},
				compare: (field, got, put) => {
					put.forEach((word, index) => {
						if (got[index] !== word) differing.push(`${shell.join(" ")} ${field}: ${JSON.stringify(word)}`);
					});
				},
			};
			for (const send of ways) await send(ground);
		}
	}
	const found = [...(await readdir(canaries)), ...(await readdir(home, { recursive: true }))];
	return {
		payloads: all.length,
		shells: wanted.map(({ shell }) => shell.join(" ")),
		fields,
		canaries: found,
		differing,
	};
}

/** What runs as a program must not be expanded again by it. */
async function fakePrograms(bin: string, said: string): Promise<void> {
	for (const name of PROGRAMS) {
		await writeFile(join(bin, name), `#!/bin/sh\n${ECHO}\n`);
		await chmod(join(bin, name), 0o755);
	}
	await writeFile(join(bin, "shutdown"), `#!/bin/sh\n{ ${ECHO}; } > ${said}\nexit 1\n`);
	await chmod(join(bin, "shutdown"), 0o755);
	for (const name of ["systemctl", "reboot", "runlevel"]) {
		await writeFile(join(bin, name), "#!/bin/sh\nexit 1\n");
		await chmod(join(bin, name), 0o755);
	}
}
